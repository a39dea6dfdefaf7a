// The way from an empty server to a running update, with what is done ticked off.
import { Group, Text } from '@mantine/core';
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

const steps = ['upload', 'approve', 'key', 'authorize', 'update'] as const;

type Step = (typeof steps)[number];

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

function done(overview: Overview): Readonly<Record<Step, boolean>> {
  return {
    upload: overview.installers.total > 0,
    approve: overview.installers.approved > 0,
    key: overview.installationKeys > 0 || overview.workstations.total > 0,
    authorize: overview.workstations.authorized > 0,
    update: overview.running.length > 0,
  };
}

/** Whether the server is still on its way to its first update: until one was started, however large the fleet is already. */
export function useIsBeginning(overview: Overview): boolean {
  const isRunning = overview.running.length > 0;
  const { data } = useQuery({ ...queries.updates({ page: 1, pageSize: 1 }), enabled: !isRunning });
  const state = done(overview);
  if (!(state.approve && state.authorize)) return true;
  return (
    !isRunning && data !== undefined && (data.total === 0 || (data.total === 1 && data.items[0]?.state === 'draft'))
  );
}

/** The steps; the first that is not done has the button. */
export function FirstSteps({ overview }: { overview: Overview }): ReactNode {
  const { t } = useTranslation();
  const state = done(overview);
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
              <Text size="sm" style={{ flex: 1 }} {...(state[step] && { c: 'dimmed' })} fw={step === next ? 600 : 400}>
                {t(`firstSteps.${step}`)}
                {state[step] && <span className="usher-visually-hidden">{t('firstSteps.done')}</span>}
              </Text>
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
