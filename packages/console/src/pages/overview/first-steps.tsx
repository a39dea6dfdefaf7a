// The way from an empty server to a running update, with what is done ticked off.
import { Code, Group, Text } from '@mantine/core';
import { useQuery } from '@tanstack/react-query';
import type { Permission } from '@usher/protocol/roles';
import Circle from 'lucide-react/icons/circle';
import CircleCheck from 'lucide-react/icons/circle-check';
import type { ReactNode } from 'react';
import { useTranslation } from 'react-i18next';
import { queries } from '../../api/queries.ts';
import type { Overview } from '../../api/types.ts';
import { LinkButton } from '../../components/link.tsx';
import { Section } from '../../components/page.tsx';
import { usePermission } from '../../state/session.ts';
import { steps, stepsDone, type Step } from './steps.ts';

const targets = {
  upload: '/installers/new',
  approve: '/installers',
  key: '/settings/keys',
  authorize: '/workstations',
  update: '/updates/new',
} as const satisfies Record<Step, string>;

const needed: Readonly<Record<Step, Permission>> = {
  upload: 'installers.upload',
  approve: 'installers.decide',
  key: 'keys.manage',
  authorize: 'workstations.manage',
  update: 'updates.manage',
};

/** Whether the server is still on its way to its first update: until one was started, however large the fleet is already. */
export function useIsBeginning(overview: Overview): boolean {
  const isRunning = overview.running.length > 0;
  const { data } = useQuery({ ...queries.updates({ page: 1, pageSize: 1 }), enabled: !isRunning });
  const state = stepsDone(overview);
  if (!(state.approve && state.authorize)) return true;
  return (
    !isRunning && data !== undefined && (data.total === 0 || (data.total === 1 && data.items[0]?.state === 'draft'))
  );
}

/** The steps; the first that is not done has the button. */
export function FirstSteps({ overview }: { overview: Overview }): ReactNode {
  const { t } = useTranslation();
  const state = stepsDone(overview);
  const next = steps.find((step) => !state[step]);
  return (
    <Section title={t('firstSteps.title')} note={t('firstSteps.note')}>
      <ol style={{ listStyle: 'none', margin: 0, padding: 0 }}>
        {steps.map((step) => (
          <li key={step}>
            <Group gap="sm" wrap="nowrap" py={6} align="center" mih={42}>
              <span
                style={{ color: state[step] ? 'var(--usher-success)' : 'var(--mantine-color-dimmed)', lineHeight: 0 }}
              >
                {state[step] ? <CircleCheck size={18} aria-hidden /> : <Circle size={18} aria-hidden />}
              </span>
              <div style={{ flex: 1 }}>
                <Text size="sm" {...(state[step] && { c: 'dimmed' })} fw={step === next ? 600 : 400}>
                  {t(`firstSteps.${step}`)}
                  {state[step] && <span className="usher-visually-hidden">{t('firstSteps.done')}</span>}
                </Text>
                {step === 'key' && step === next && overview.installationKeys > 0 && (
                  <Text size="xs" c="dimmed">
                    {t('firstSteps.keyMade')} <Code>{t('keys.command')}</Code>
                  </Text>
                )}
              </div>
              {step === next && <StepButton step={step} />}
            </Group>
          </li>
        ))}
      </ol>
    </Section>
  );
}

function StepButton({ step }: { step: Step }): ReactNode {
  const { t } = useTranslation();
  const isAllowed = usePermission(needed[step]);
  if (!isAllowed) return null;
  return (
    <LinkButton to={targets[step]} size="xs">
      {t(`firstSteps.go.${step}`)}
    </LinkButton>
  );
}
