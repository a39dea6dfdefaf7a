// The columns of the list of installers.
import type { TFunction } from 'i18next';
import type { Decision, Installer } from '../../api/types.ts';
import { ActorText } from '../../components/actor-text.tsx';
import { TextLink } from '../../components/link.tsx';
import { DecisionBadge } from '../../components/state-badge.tsx';
import type { Column } from '../../components/table/column.ts';
import { inWords } from '../../components/table/words.ts';
import { TimeText } from '../../components/time-text.tsx';
import type { Formats } from '../../format/use-format.ts';
import { commonName } from './common-name.ts';
import type { InstallerSort } from './search.ts';

/** The columns, in order. */
export function installerColumns(t: TFunction, format: Formats): Column<Installer, InstallerSort>[] {
  const signerName = (subject: unknown) =>
    typeof subject === 'string' ? commonName(subject) : t('installers.unsigned');
  const languageName = (lcid: string) => format.languageName(lcid) ?? t('installers.neutral');
  return [
    {
      id: 'version',
      label: t('fields.version'),
      sort: 'version',
      isFixed: true,
      cell: (row) => (
        <TextLink to="/installers/$id" params={{ id: row.id }}>
          {row.version}
        </TextLink>
      ),
    },
    {
      id: 'product',
      isLong: true,
      label: t('fields.product'),
      sort: 'product',
      cell: (row) => row.product.name,
    },
    {
      id: 'architecture',
      sort: 'architecture',
      label: t('fields.architecture'),
      cell: (row) => row.architecture,
    },
    {
      id: 'language',
      isLong: true,
      minWidth: 90,
      label: t('fields.language'),
      sort: 'language',
      cell: (row) => languageName(row.language),
      words: inWords(languageName),
    },
    {
      id: 'signer',
      isLong: true,
      minWidth: 100,
      label: t('fields.signer'),
      cell: (row) => signerName(row.signature.publisher?.subject),
      words: signerName,
    },
    {
      id: 'decision',
      sort: 'decision',
      label: t('fields.decision'),
      cell: (row) => <DecisionBadge decision={row.decision} />,
      words: inWords((decision) => t(`states.decision.${decision as Decision}`)),
    },
    {
      id: 'installedOn',
      label: t('fields.installedOn'),
      align: 'end',
      cell: (row) =>
        row.installedOn === 0 ? (
          '0'
        ) : (
          <TextLink to="/workstations" search={{ version: row.version, product: row.product.id }}>
            {format.number(row.installedOn)}
          </TextLink>
        ),
    },
    {
      id: 'uploadedBy',
      isWide: true,
      isLong: true,
      label: t('fields.uploadedBy'),
      cell: (row) => <ActorText actor={row.uploadedBy} />,
    },
    {
      id: 'uploadedAt',
      isLong: true,
      minWidth: 110,
      label: t('fields.uploadedAt'),
      sort: 'uploadedAt',
      cell: (row) => <TimeText at={row.uploadedAt} />,
    },
    {
      id: 'size',
      isWide: true,
      label: t('fields.size'),
      sort: 'size',
      align: 'end',
      cell: (row) => format.bytes(row.size),
    },
    {
      id: 'manufacturer',
      isLong: true,
      label: t('fields.manufacturer'),
      isExtra: true,
      cell: (row) => row.manufacturer,
    },
    {
      id: 'fileName',
      isLong: true,
      label: t('fields.fileName'),
      isExtra: true,
      cell: (row) => row.fileName,
    },
    {
      id: 'sha256',
      isLong: true,
      label: t('fields.sha256'),
      isExtra: true,
      cell: (row) => row.sha256,
    },
  ];
}
