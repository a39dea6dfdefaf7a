// The frame of the pages before the sign-in: one card in the middle.
import { Box, Center, Group, Paper, Select, Stack, Text, Title } from '@mantine/core';
import { type ReactNode, useEffect } from 'react';
import { useTranslation } from 'react-i18next';
import { changeLanguage } from '../i18n/i18n.ts';
import { languageNames, languages } from '../i18n/languages.ts';
import { store } from '../state/stored.ts';

interface PlainPageProps {
  readonly title: string;
  readonly note?: string;
  readonly children: ReactNode;
}

/** A page with one card. */
export function PlainPage({ title, note, children }: PlainPageProps): ReactNode {
  const { t, i18n } = useTranslation();
  useEffect(() => {
    document.title = `${title} · ${t('app.name')}`;
  }, [title, t]);
  const choose = (value: string | null) => {
    const language = languages.find((candidate) => candidate === value);
    if (language === undefined) return;
    store('language', language);
    void changeLanguage(language);
  };
  return (
    <Center component="main" mih="100vh" p="md">
      <Box w="100%" maw={400}>
        <Group justify="center" gap={10} mb="lg">
          <img src="/icon.svg" width={30} height={30} alt="" />
          <Text fw={680} fz={20}>
            {t('app.name')}
          </Text>
        </Group>
        <Paper p="xl" bg="var(--usher-surface)" bd="1px solid var(--usher-line)" shadow="xs">
          <Stack gap={4} mb="md">
            <Title order={1}>{title}</Title>
            {note !== undefined && (
              <Text size="sm" c="dimmed">
                {note}
              </Text>
            )}
          </Stack>
          {children}
        </Paper>
        <Center mt="md">
          <Select
            size="xs"
            w={180}
            aria-label={t('profile.language')}
            allowDeselect={false}
            value={i18n.language}
            data={languages.map((language) => ({ value: language, label: languageNames[language] }))}
            onChange={choose}
          />
        </Center>
      </Box>
    </Center>
  );
}
