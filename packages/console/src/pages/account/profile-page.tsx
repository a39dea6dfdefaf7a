// One's own profile: name, language, theme, password.
import { Button, Group, PasswordInput, SegmentedControl, Select, Stack, Text, TextInput } from '@mantine/core';
import { useQueryClient } from '@tanstack/react-query';
import { type ReactNode, type SyntheticEvent, useState } from 'react';
import { useTranslation } from 'react-i18next';
import { patch, post } from '../../api/client.ts';
import { queries } from '../../api/queries.ts';
import type { Account, ProfilePatch } from '../../api/types.ts';
import { FactList } from '../../components/fact-list.tsx';
import { NewPassword } from '../../components/new-password.tsx';
import { Page, Section } from '../../components/page.tsx';
import { ProblemAlert } from '../../components/problem-alert.tsx';
import { useAction } from '../../components/use-action.ts';
import { languageNames, languages } from '../../i18n/languages.ts';
import { useAccount } from '../../state/session.ts';

const themes = ['light', 'dark', 'system'] as const;

/** One's own profile. */
export function ProfilePage(): ReactNode {
  const { t } = useTranslation();
  const account = useAccount();
  return (
    <Page title={t('profile.title')} narrow>
      <Section>
        <FactList
          facts={[
            [t('signIn.email'), account.email],
            [t('profile.role'), `${t(`roles.${account.role}.name`)}: ${t(`roles.${account.role}.note`)}`],
          ]}
        />
      </Section>
      <Appearance />
      <Password />
    </Page>
  );
}

function Appearance(): ReactNode {
  const { t } = useTranslation();
  const account = useAccount();
  const client = useQueryClient();
  const [name, setName] = useState(account.name);
  const save = useAction<ProfilePatch, Account>({
    run: (body) => patch<Account>('/session', body),
    refresh: ['session'],
    done: () => t('profile.saved'),
    then: (next) => client.setQueryData(queries.session().queryKey, next),
  });
  return (
    <Section title={t('profile.you')}>
      <Stack>
        <Group align="flex-end" gap="xs">
          <TextInput
            label={t('profile.name')}
            autoComplete="name"
            w={320}
            value={name}
            onChange={(event) => setName(event.currentTarget.value)}
          />
          <Button
            variant="default"
            disabled={name.trim() === '' || name.trim() === account.name}
            onClick={() => save.mutate({ name: name.trim() })}
          >
            {t('actions.save')}
          </Button>
        </Group>
        <Select
          label={t('profile.language')}
          w={320}
          allowDeselect={false}
          value={account.language ?? 'browser'}
          data={[
            { value: 'browser', label: t('profile.languageOfBrowser') },
            ...languages.map((language) => ({ value: language, label: languageNames[language] })),
          ]}
          onChange={(value) => save.mutate({ language: languages.find((language) => language === value) ?? null })}
        />
        <div>
          <Text size="sm" fw={500} mb={4} id="theme-label">
            {t('profile.theme')}
          </Text>
          <SegmentedControl
            aria-labelledby="theme-label"
            value={account.theme}
            data={themes.map((theme) => ({ value: theme, label: t(`profile.themes.${theme}`) }))}
            onChange={(value) => {
              const theme = themes.find((candidate) => candidate === value);
              if (theme !== undefined) save.mutate({ theme });
            }}
          />
        </div>
        {save.isError && <ProblemAlert error={save.error} />}
      </Stack>
    </Section>
  );
}

function Password(): ReactNode {
  const { t } = useTranslation();
  const [current, setCurrent] = useState('');
  const [next, setNext] = useState('');
  const change = useAction({
    run: () => post('/session/password', { current, next }),
    refresh: [],
    done: () => t('profile.passwordChanged'),
    then: () => {
      setCurrent('');
      setNext('');
    },
  });
  const submit = (event: SyntheticEvent) => {
    event.preventDefault();
    change.mutate();
  };
  return (
    <Section title={t('profile.password')} note={t('profile.passwordChangeNote')}>
      <form onSubmit={submit}>
        <Stack maw={320}>
          <PasswordInput
            label={t('profile.currentPassword')}
            autoComplete="current-password"
            required
            value={current}
            onChange={(event) => setCurrent(event.currentTarget.value)}
            visibilityToggleButtonProps={{ 'aria-label': t('signIn.showPassword') }}
          />
          <NewPassword label={t('profile.newPassword')} value={next} onChange={setNext} />
          {change.isError && <ProblemAlert error={change.error} />}
          <Group>
            <Button type="submit" loading={change.isPending}>
              {t('profile.changePassword')}
            </Button>
          </Group>
        </Stack>
      </form>
    </Section>
  );
}
