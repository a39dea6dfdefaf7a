// The first account, by the one-time link that the server printed.
import { Button, Stack, TextInput } from '@mantine/core';
import { useMutation, useQueryClient } from '@tanstack/react-query';
import { getRouteApi, useNavigate } from '@tanstack/react-router';
import { type ReactNode, type SyntheticEvent, useState } from 'react';
import { useTranslation } from 'react-i18next';
import { post, postSetup } from '../../api/client.ts';
import { NewPassword } from '../../components/new-password.tsx';
import { ProblemAlert } from '../../components/problem-alert.tsx';
import { PlainPage } from '../../layout/plain-page.tsx';

const route = getRouteApi('/setup');

/** Makes the first account, an owner, and signs it in. */
export function SetupPage(): ReactNode {
  const { t } = useTranslation();
  const { token } = route.useSearch();
  const navigate = useNavigate();
  const client = useQueryClient();
  const [email, setEmail] = useState('');
  const [name, setName] = useState('');
  const [password, setPassword] = useState('');
  const setup = useMutation({
    mutationFn: async () => {
      const body = { token: token ?? '', email, password, ...(name.trim() !== '' && { name: name.trim() }) };
      await postSetup(body);
      await post('/session', { email, password });
    },
    onSuccess: async () => {
      client.clear();
      await navigate({ to: '/' });
    },
  });
  const submit = (event: SyntheticEvent) => {
    event.preventDefault();
    setup.mutate();
  };
  return (
    <PlainPage title={t('setup.title')} note={t('setup.note')}>
      <form onSubmit={submit}>
        <Stack>
          <TextInput
            label={t('profile.name')}
            autoComplete="name"
            value={name}
            onChange={(event) => setName(event.currentTarget.value)}
          />
          <TextInput
            label={t('signIn.email')}
            type="email"
            autoComplete="username"
            required
            value={email}
            onChange={(event) => setEmail(event.currentTarget.value)}
          />
          <NewPassword label={t('signIn.password')} value={password} onChange={setPassword} />
          {setup.isError && <ProblemAlert error={setup.error} />}
          <Button type="submit" loading={setup.isPending} fullWidth>
            {t('setup.submit')}
          </Button>
        </Stack>
      </form>
    </PlainPage>
  );
}
