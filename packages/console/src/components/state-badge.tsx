// States as a sign with a symbol and a word: never a colour alone.
import Ban from 'lucide-react/icons/ban';
import CalendarClock from 'lucide-react/icons/calendar-clock';
import CircleCheck from 'lucide-react/icons/circle-check';
import CircleDashed from 'lucide-react/icons/circle-dashed';
import CirclePause from 'lucide-react/icons/circle-pause';
import CirclePlay from 'lucide-react/icons/circle-play';
import CircleSlash from 'lucide-react/icons/circle-slash';
import CircleX from 'lucide-react/icons/circle-x';
import Clock from 'lucide-react/icons/clock';
import Download from 'lucide-react/icons/download';
import HardDriveDownload from 'lucide-react/icons/hard-drive-download';
import Hourglass from 'lucide-react/icons/hourglass';
import Megaphone from 'lucide-react/icons/megaphone';
import PencilLine from 'lucide-react/icons/pencil-line';
import Replace from 'lucide-react/icons/replace';
import type { ComponentType, ReactNode } from 'react';
import { useTranslation } from 'react-i18next';
import type { AssignmentState, Decision, UpdateState, WorkstationStatus } from '../api/types.ts';
import classes from './state-badge.module.css';

/** How much a state asks of the reader. */
export type Tone = 'neutral' | 'info' | 'success' | 'warning' | 'danger';

type Icon = ComponentType<{ size?: number | string; 'aria-hidden'?: boolean }>;

/** A state: a symbol, a word, a tone. */
export function StateBadge({ tone, icon: Symbol, label }: { tone: Tone; icon: Icon; label: string }): ReactNode {
  return (
    <span className={classes.badge} data-tone={tone}>
      <Symbol size={13} aria-hidden />
      {label}
    </span>
  );
}

const decisionLook: Readonly<Record<Decision, { tone: Tone; icon: Icon }>> = {
  pending: { tone: 'warning', icon: Hourglass },
  approved: { tone: 'success', icon: CircleCheck },
  disapproved: { tone: 'danger', icon: Ban },
};

/** The decision on an installer. */
export function DecisionBadge({ decision }: { decision: Decision }): ReactNode {
  const { t } = useTranslation();
  return <StateBadge {...decisionLook[decision]} label={t(`states.decision.${decision}`)} />;
}

const updateLook: Readonly<Record<UpdateState, { tone: Tone; icon: Icon }>> = {
  draft: { tone: 'warning', icon: PencilLine },
  scheduled: { tone: 'info', icon: CalendarClock },
  running: { tone: 'info', icon: CirclePlay },
  paused: { tone: 'warning', icon: CirclePause },
  completed: { tone: 'success', icon: CircleCheck },
  cancelled: { tone: 'neutral', icon: CircleSlash },
};

/** The state of an update; one that was saved but not started says so. */
export function UpdateStateBadge({ state }: { state: UpdateState }): ReactNode {
  const { t } = useTranslation();
  return <StateBadge {...updateLook[state]} label={t(`states.update.${state}`)} />;
}

const assignmentLook: Readonly<Record<AssignmentState, { tone: Tone; icon: Icon }>> = {
  waiting: { tone: 'neutral', icon: CircleDashed },
  offered: { tone: 'info', icon: Megaphone },
  deferred: { tone: 'warning', icon: Clock },
  downloading: { tone: 'info', icon: Download },
  downloaded: { tone: 'info', icon: HardDriveDownload },
  installing: { tone: 'info', icon: CirclePlay },
  installed: { tone: 'success', icon: CircleCheck },
  failed: { tone: 'danger', icon: CircleX },
  superseded: { tone: 'neutral', icon: Replace },
  cancelled: { tone: 'neutral', icon: CircleSlash },
  'not-applicable': { tone: 'neutral', icon: Ban },
};

/** The state of one workstation in an update. */
export function AssignmentStateBadge({ state }: { state: AssignmentState }): ReactNode {
  const { t } = useTranslation();
  return <StateBadge {...assignmentLook[state]} label={t(`states.assignment.${state}`)} />;
}

const workstationLook: Readonly<Record<WorkstationStatus, { tone: Tone; icon: Icon }>> = {
  pending: { tone: 'warning', icon: Hourglass },
  authorized: { tone: 'success', icon: CircleCheck },
  disabled: { tone: 'danger', icon: Ban },
};

/** The status of a workstation. */
export function WorkstationStatusBadge({ status }: { status: WorkstationStatus }): ReactNode {
  const { t } = useTranslation();
  return <StateBadge {...workstationLook[status]} label={t(`states.workstation.${status}`)} />;
}
