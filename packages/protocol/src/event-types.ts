// Every kind of event there is: the closed list that the log, the filters and the export share.

/**
 * Every event type, with the syslog number of the original product where it has one. The log refuses
 * any other: a new kind of event is added here first.
 */
export const eventTypes = {
  'installer.uploaded': 45,
  'installer.changed': null,
  'installer.approved': 46,
  'installer.disapproved': 47,
  'installer.rejected': null,
  'installer.deleted': null,
  'product.created': null,
  'product.changed': null,
  'publisher.added': null,
  'publisher.removed': null,
  'update.created': null,
  'update.changed': null,
  'update.scheduled': null,
  'update.started': null,
  'update.paused': null,
  'update.resumed': null,
  'update.cancelled': null,
  'update.completed': null,
  'update.reopened': null,
  'assignment.added': null,
  'assignment.removed': null,
  'assignment.offered': null,
  'assignment.deferred': null,
  'assignment.downloaded': 48,
  'assignment.installed': 49,
  'assignment.failed': null,
  'assignment.rolled-back': null,
  'assignment.retried': null,
  'assignment.reopened': null,
  'assignment.relaxed': null,
  'assignment.superseded': null,
  'assignment.not-applicable': null,
  'assignment.applicable-again': null,
  'workstation.registered': 61,
  'workstation.reactivated': null,
  'workstation.authorized': 60,
  'workstation.disabled': null,
  'workstation.changed': null,
  'workstation.replaced': null,
  'workstation.removed': 72,
  'workstation.online': 73,
  'workstation.offline': 74,
  'workstation.alert': 75,
  'start.blocked': null,
  'start.observed': null,
  'prohibition.added': null,
  'prohibition.lifted': null,
  'pass.given': null,
  'pass.used': null,
  'pass.withdrawn': null,
  'account.created': null,
  'account.changed': null,
  'account.password-changed': null,
  'session.started': null,
  'session.refused': null,
  'session.ended': null,
  'token.created': null,
  'token.revoked': null,
  'key.created': null,
  'key.revoked': null,
  'settings.changed': null,
  'group.created': null,
  'group.changed': null,
  'group.deleted': null,
  'trust.created': null,
  'trust.published': null,
  'trust.expiring': null,
  'trust.rotated': null,
  'trust.restored': null,
  'trust.log-contradicted': null,
  'trust.log-disputed': null,
  'trust.log-acknowledged': null,
} as const satisfies Record<string, number | null>;

/** The name of one kind of event. */
export type EventType = keyof typeof eventTypes;

/** Every event type, in the order of the list. */
export const eventTypeNames = Object.keys(eventTypes) as [EventType, ...EventType[]];

/** The types that a name means: itself, or those that it is the first part of. */
export function eventTypesNamed(name: string): EventType[] {
  return eventTypeNames.filter((type) => type === name || type.startsWith(`${name}.`));
}
