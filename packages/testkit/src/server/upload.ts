// Uploads installers to a server inside the test, as a browser's form does.
import { readFile } from 'node:fs/promises';
import { basename } from 'node:path';
import type { Installer } from '@usher/protocol';
import type { ApiAnswer, ApiClient } from './api-client.ts';

/** One part of a form. */
export interface FormPart {
  readonly name: string;
  readonly content: string | Buffer;
  /** Makes it a file. */
  readonly fileName?: string;
  readonly type?: string;
}

/** A form as it is sent. */
export interface EncodedForm {
  readonly body: Buffer;
  readonly headers: { readonly 'content-type': string };
}

/** Encodes a form (RFC 7578). */
export function encodeForm(parts: readonly FormPart[]): EncodedForm {
  const boundary = '----usher-test-form';
  const pieces = parts.flatMap(({ name, content, fileName, type }) => [
    `--${boundary}\r\ncontent-disposition: form-data; name="${name}"`,
    fileName === undefined ? '' : `; filename="${fileName}"`,
    fileName === undefined && type === undefined ? '' : `\r\ncontent-type: ${type ?? 'application/octet-stream'}`,
    '\r\n\r\n',
    content,
    '\r\n',
  ]);
  const all = [...pieces, `--${boundary}--\r\n`].map((piece) =>
    typeof piece === 'string' ? Buffer.from(piece) : piece,
  );
  return { body: Buffer.concat(all), headers: { 'content-type': `multipart/form-data; boundary=${boundary}` } };
}

/** What can be said beside the file of an upload. */
export interface UploadFields {
  readonly releaseNotes?: string;
  readonly properties?: Readonly<Record<string, string>>;
  readonly product?: string;
}

/** Sends a file as an upload, whatever the answer. */
export async function sendInstaller(client: ApiClient, path: string, fields: UploadFields = {}): Promise<ApiAnswer> {
  const { releaseNotes, properties, product } = fields;
  const texts = { releaseNotes, product, properties: properties && JSON.stringify(properties) };
  const form = encodeForm([
    ...Object.entries(texts).flatMap(([name, content]) => (content === undefined ? [] : [{ name, content }])),
    { name: 'file', content: await readFile(path), fileName: basename(path) },
  ]);
  return client.request('POST', '/api/v1/installers', form.body, form.headers);
}

/** Uploads an installer that the server takes. */
export async function uploadInstaller(client: ApiClient, path: string, fields: UploadFields = {}): Promise<Installer> {
  const answer = await sendInstaller(client, path, fields);
  if (answer.status !== 201) throw new Error(`${path} was answered with ${answer.status}: ${answer.text}`);
  return answer.body as Installer;
}

/** Uploads an installer and approves it. */
export async function approvedInstaller(
  client: ApiClient,
  path: string,
  fields: UploadFields = {},
): Promise<Installer> {
  const { id } = await uploadInstaller(client, path, fields);
  return client.post<Installer>(`/installers/${id}/approve`, { acknowledged: true });
}
