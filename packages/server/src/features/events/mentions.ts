// Which workstations an event names in its data: what happened to them stands in the log under an update.
import type { EventContent } from './event-chain.ts';

/** Ids of workstations in an event's data, each once, but for its object and its actor, by which it is found anyway. */
export function mentionsOf({ data, object, actor }: Pick<EventContent, 'data' | 'object' | 'actor'>): string[] {
  const { workstation, ids, asked } = data;
  const lists = [ids, asked].flatMap((list): unknown[] => (Array.isArray(list) ? list : []));
  const one = typeof workstation === 'object' && workstation !== null && 'id' in workstation ? [workstation.id] : [];
  const named = [...one, ...lists].filter((id): id is string => typeof id === 'string' && id.startsWith('ws_'));
  return [...new Set(named)].filter((id) => id !== object.id && id !== actor.id);
}
