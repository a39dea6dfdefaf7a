// What a disapproval or a prohibition would do, in numbers, and where the way out is.
import { Alert, List, Skeleton, Text } from '@mantine/core';
import TriangleAlert from 'lucide-react/icons/triangle-alert';
import type { ReactNode } from 'react';
import { useTranslation } from 'react-i18next';
import type { Impact } from '../../api/types.ts';
import type { WorkstationsSearch } from '../workstations/search.ts';
import { TextLink } from '../../components/link.tsx';
import { ProblemAlert } from '../../components/problem-alert.tsx';

interface ImpactTextProps {
  readonly impact: Impact | undefined;
  readonly error: unknown;
  /** Below a number, several versions are meant. */
  readonly isRange?: boolean;
  /** The workstations that it is about: they are one link away. */
  readonly list: Pick<WorkstationsSearch, 'product' | 'version' | 'below'>;
}

/** The numbers; a skeleton until they are there, since nobody should decide before. */
export function ImpactText({ impact, error, isRange = false, list }: ImpactTextProps): ReactNode {
  const { t } = useTranslation();
  if (error !== null && error !== undefined) return <ProblemAlert error={error} />;
  if (impact === undefined) return <Skeleton height={64} />;
  if (impact.blocked === 0) {
    return (
      <Alert color="gray" variant="light">
        {isRange ? t('impact.noneRange') : t('impact.none')}
      </Alert>
    );
  }
  return (
    <Alert color="red" variant="light" icon={<TriangleAlert size={18} />} data-testid="impact">
      <Text size="sm" fw={600}>
        {isRange ? t('impact.blockedRange', { count: impact.refused }) : t('impact.blocked', { count: impact.refused })}
      </Text>
      {impact.refused > 0 && (
        <Text size="sm" mt={4}>
          {impact.stranded === 0 ? t('impact.allCovered') : t('impact.withoutReplacement', { count: impact.stranded })}
        </Text>
      )}
      {impact.blocked > impact.refused && (
        <Text size="sm" mt={4}>
          {t('impact.goesOn', { count: impact.blocked - impact.refused })}
        </Text>
      )}
      <Text size="sm" mt={4}>
        <TextLink to="/workstations" search={list} target="_blank">
          {t('impact.whichRun', { count: impact.installedOn })}
        </TextLink>
      </Text>
      {impact.updates.length > 0 && (
        <>
          <Text size="sm" mt={4}>
            {t('impact.updates')}
          </Text>
          <List size="sm">
            {impact.updates.map((update) => (
              <List.Item key={update.id}>
                <TextLink to="/updates/$id" params={{ id: update.id }}>
                  {update.name}
                </TextLink>
              </List.Item>
            ))}
          </List>
        </>
      )}
    </Alert>
  );
}
