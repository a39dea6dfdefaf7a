// What the log of a test's server says.
import { ownerEmail, testPassword, type TestServer } from '@usher/testkit';

interface EventList {
  readonly items: readonly { readonly type: string; readonly object: { readonly id: string }; readonly data: object }[];
}

/** The newest events, signed in anew: sessions end while a clock runs ahead. */
export async function eventsOf(server: TestServer, type = ''): Promise<EventList['items']> {
  const owner = await server.anonymous.signIn(ownerEmail, testPassword);
  return (await owner.get<EventList>(`/events?pageSize=500&type=${type}`)).items;
}
