// Signing in.
import { Button, PasswordInput, Stack, TextInput } from '@mantine/core';
import { useMutation, useQueryClient } from '@tanstack/react-query';
import { getRouteApi, useRouter } from '@tanstack/react-router';
import { type ReactNode, type SyntheticEvent, useState } from 'react';
import { useTranslation } from 'react-i18next';
import { post } from '../../api/client.ts';
import { queries } from '../../api/queries.ts';
import type { Account } from '../../api/types.ts';
import { ProblemAlert } from '../../components/problem-alert.tsx';
import { PlainPage } from '../../layout/plain-page.tsx';

const route = getRouteApi('/sign-in');

/** The sign-in; leads to where one wanted to go. */
export function SignInPage(): ReactNode {
  const { t } = useTranslation();
  const { to, ended } = route.useSearch();
  const router = useRouter();
  const client = useQueryClient();
  const [email, setEmail] = useState('');
  const [password, setPassword] = useState('');
  const signIn = useMutation({
    mutationFn: () => post<Account>('/session', { email, password }),
    onSuccess: (account) => {
      client.clear();
      client.setQueryData(queries.session().queryKey, account);
      router.history.push(to ?? '/');
    },
  });
  const submit = (event: SyntheticEvent) => {
    event.preventDefault();
    signIn.mutate();
  };
  return (
    <PlainPage title={t('signIn.title')} {...(ended === true && { note: t('signIn.ended') })}>
      <form onSubmit={submit}>
        <Stack>
          <TextInput
            label={t('signIn.email')}
            type="email"
            autoComplete="username"
            required
            autoFocus
            value={email}
            onChange={(event) => setEmail(event.currentTarget.value)}
          />
          <PasswordInput
            label={t('signIn.password')}
            autoComplete="current-password"
            required
            value={password}
            onChange={(event) => setPassword(event.currentTarget.value)}
            visibilityToggleButtonProps={{ 'aria-label': t('signIn.showPassword') }}
          />
          {signIn.isError && <ProblemAlert error={signIn.error} />}
          <Button type="submit" loading={signIn.isPending} fullWidth>
            {t('signIn.submit')}
          </Button>
        </Stack>
      </form>
    </PlainPage>
  );
}
