// Sends an MSI with its release notes, telling how far it is; fetch cannot tell that, XMLHttpRequest can.
import type { Installer } from '@usher/protocol';
import { apiBase } from './client.ts';
import { ProblemError, readProblem } from './problem-error.ts';

/** What is uploaded. */
export interface InstallerUpload {
  readonly file: File;
  /** The product that the file has to belong to; undefined where the file decides. */
  readonly product: string | undefined;
  readonly releaseNotes: string;
  readonly properties: Readonly<Record<string, string>>;
}

/**
 * Uploads an installer. `onProgress` gets a share between 0 and 1; at 1 the server is still reading the file.
 * Rejects with a `ProblemError`, `client.cancelled` where the signal ended it.
 */
export function uploadInstaller(
  upload: InstallerUpload,
  onProgress: (share: number) => void,
  signal: AbortSignal,
): Promise<Installer> {
  return new Promise((resolve, reject) => {
    const form = new FormData();
    if (upload.product !== undefined) form.set('product', upload.product);
    if (upload.releaseNotes.trim() !== '') form.set('releaseNotes', upload.releaseNotes);
    if (Object.keys(upload.properties).length > 0) form.set('properties', JSON.stringify(upload.properties));
    form.set('file', upload.file, upload.file.name);
    const request = new XMLHttpRequest();
    request.open('POST', `${apiBase}/installers`);
    request.setRequestHeader('accept', 'application/json');
    request.upload.onprogress = (event) => {
      if (event.lengthComputable && event.total > 0) onProgress(event.loaded / event.total);
    };
    request.onload = () => {
      if (request.status >= 200 && request.status < 300) {
        resolve(JSON.parse(request.responseText) as Installer);
        return;
      }
      const problem = readProblem(request.responseText);
      reject(new ProblemError(problem?.code ?? 'client.unexpected', request.status, problem));
    };
    request.onerror = () => reject(new ProblemError('client.unreachable', 0, null));
    request.onabort = () => reject(new ProblemError('client.cancelled', 0, null));
    signal.addEventListener('abort', () => request.abort(), { once: true });
    request.send(form);
  });
}
