// What to type where the keys are: how keys are moved off the server, and how what waits is signed.
import { Accordion, Code, List, Text } from '@mantine/core';
import type { ReactNode } from 'react';
import { useTranslation } from 'react-i18next';

type Step = 'make' | 'rotate' | 'draft' | 'sign' | 'apply';

const signing = ['draft', 'sign', 'apply'] as const satisfies readonly Step[];
const moving = ['make', 'rotate', ...signing] as const satisfies readonly Step[];

function Steps({ title, steps }: { title: string; steps: readonly Step[] }): ReactNode {
  const { t } = useTranslation();
  return (
    <Accordion variant="default" chevronPosition="left">
      <Accordion.Item value="steps" style={{ border: 0 }}>
        <Accordion.Control px={0}>
          <Text size="sm" fw={550}>
            {title}
          </Text>
        </Accordion.Control>
        <Accordion.Panel>
          <List type="ordered" size="sm" spacing="sm" mb="sm">
            {steps.map((step) => (
              <List.Item key={step} styles={{ itemWrapper: { display: 'block' }, itemLabel: { display: 'block' } }}>
                {t(`security.step.${step}`)}
                <Code block mt={4} tabIndex={0} role="region" aria-label={t(`security.step.${step}`)}>
                  {t(`security.command.${step}`)}
                </Code>
              </List.Item>
            ))}
          </List>
          <Text size="sm" c="dimmed">
            {t('security.stepsNote')}
          </Text>
        </Accordion.Panel>
      </Accordion.Item>
    </Accordion>
  );
}

/** How the keys of root and targets leave the server. */
export function KeySteps(): ReactNode {
  const { t } = useTranslation();
  return <Steps title={t('security.toMove')} steps={moving} />;
}

/** How what waits is signed. */
export function SigningSteps(): ReactNode {
  const { t } = useTranslation();
  return <Steps title={t('security.toSign')} steps={signing} />;
}
