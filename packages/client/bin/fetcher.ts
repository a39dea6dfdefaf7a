// Metadata over HTTP, without an account and without ETags: the suite counts every request.
import { TrustError, type MetadataFetcher } from '@usher/trust';
import { asClientError } from '../src/client-error.ts';
import type { HttpClient } from '../src/engine/http-client.ts';
import { refusal } from '../src/engine/server-api.ts';

const timeoutMs = 30_000;

/** Fetches from any repository on this machine. */
export function metadataFetcher(http: HttpClient): MetadataFetcher {
  return {
    fetch: async (url, { maxLength }) => {
      try {
        const answer = await http.request({ method: 'GET', url, timeoutMs, maxBytes: maxLength });
        if (answer.status === 404 || answer.status === 403) return { status: 'missing' };
        if (answer.status !== 200) throw refusal(answer);
        return { status: 'found', bytes: answer.body };
      } catch (error) {
        if (asClientError(error, 'server.too-large') === null) throw error;
        throw new TrustError('metadata.too-large', `${url} is longer than ${maxLength} bytes.`, { cause: error });
      }
    },
  };
}
