// Installers over HTTP.
import multipart from '@fastify/multipart';
import {
  approveRequestSchema,
  disapproveRequestSchema,
  impactSchema,
  installerDetailSchema,
  installerListSchema,
  installerPatchSchema,
} from '@usher/protocol';
import * as z from 'zod';
import type { Reader } from '../../database/database.ts';
import type { App } from '../../http/app.ts';
import { initiatorOf } from '../../http/caller.ts';
import { noContent } from '../../http/no-content.ts';
import { sendFile } from '../../http/send-file.ts';
import { ProblemError } from '../../problem-error.ts';
import { installerQuery, listInstallers, readInstallerDetail } from './installer-list.ts';
import type { InstallersService } from './service.ts';
import type { InstallerStorage } from './storage.ts';
import { findInstaller } from './store.ts';
import { readUploadForm, RefusedFile } from './upload-form.ts';
import type { UploadService } from './upload-service.ts';

const tags = ['Installers'];
const params = z.object({ id: z.string() });
const anyFile = { description: 'The MSI', content: { 'application/x-msi': { schema: z.unknown() } } };

/** The form as the document shows it; it is read part by part, never as a whole. */
const uploadForm = z.object({
  file: z.string().meta({ format: 'binary', description: 'The MSI' }),
  releaseNotes: z.string().optional().meta({ description: 'Markdown' }),
  properties: z
    .string()
    .optional()
    .meta({ description: 'JSON: public MSI properties given at every installation, {"ADDLOCAL":"Pedm,Vault"}' }),
  product: z.string().optional().meta({ description: 'The product that it must belong to: an id or an UpgradeCode' }),
});

/** What the routes need. */
export interface InstallerRouteTools {
  readonly installers: InstallersService;
  readonly uploads: UploadService;
  readonly storage: InstallerStorage;
  readonly mostBytes: number;
  readonly read: Reader;
}

/** What all routes have in common that change one installer and answer it as it is then. */
function changing<Body extends z.ZodType>(
  access: 'installers.upload' | 'installers.decide',
  body: Body,
  words: { readonly summary: string; readonly description?: string },
) {
  return { config: { access }, schema: { tags, ...words, params, body, response: { 200: installerDetailSchema } } };
}

/** Adds `/installers`. */
export async function installerRoutes(app: App, tools: InstallerRouteTools): Promise<void> {
  const { installers, uploads, storage, read } = tools;
  await app.register(multipart);

  async function shown(id: string) {
    const installer = await readInstallerDetail(read, id);
    if (installer === null) throw new ProblemError('installer.not-found');
    return installer;
  }

  app.post(
    '/installers',
    {
      config: { access: 'installers.upload' },
      schema: {
        tags,
        summary: 'Upload an installer',
        description: 'The file is read, its signature verified, and refused with the reason where it cannot be taken.',
        consumes: ['multipart/form-data'],
        body: uploadForm,
        response: { 201: installerDetailSchema },
      },
      validatorCompiler: () => (value: unknown) => ({ value }),
    },
    async (request, reply) => {
      const by = initiatorOf(request);
      try {
        const upload = await readUploadForm(request, tools);
        return await reply.code(201).send(await shown(await uploads.add(upload, by)));
      } catch (error) {
        if (!(error instanceof RefusedFile)) throw error;
        await uploads.recordRejected(error.fileName, error.refusal, by);
        throw error.refusal;
      }
    },
  );

  app.get(
    '/installers',
    {
      config: { access: 'read' },
      schema: { tags, summary: 'Installers', querystring: installerQuery, response: { 200: installerListSchema } },
    },
    (request) => listInstallers(read, request.query),
  );

  app.get(
    '/installers/:id',
    {
      config: { access: 'read' },
      schema: {
        tags,
        summary: 'An installer with what was read from it and every decision on it',
        params,
        response: { 200: installerDetailSchema },
      },
    },
    (request) => shown(request.params.id),
  );

  app.patch(
    '/installers/:id',
    changing('installers.upload', installerPatchSchema, {
      summary: 'Change release notes, and properties before the first approval',
    }),
    async (request) => {
      await installers.change(request.params.id, request.body, initiatorOf(request));
      return shown(request.params.id);
    },
  );

  app.delete(
    '/installers/:id',
    {
      config: { access: 'installers.upload' },
      schema: { tags, summary: 'Delete an installer that was never decided on', params, response: { 204: noContent } },
    },
    async (request, reply) => {
      await installers.remove(request.params.id, initiatorOf(request));
      return reply.code(204).send(null);
    },
  );

  app.get(
    '/installers/:id/impact',
    {
      config: { access: 'read' },
      schema: {
        tags,
        summary: 'What a disapproval would do to workstations, in numbers',
        params,
        response: { 200: impactSchema },
      },
    },
    (request) => installers.impact(request.params.id),
  );

  app.post(
    '/installers/:id/approve',
    changing('installers.decide', approveRequestSchema, {
      summary: 'Approve: the version may be used, and the catalogue holds it; no workstation is told',
      description:
        'Needs `acknowledged: true`, and a `reason` after a disapproval. `seen` is the decision that was shown to whoever decides: 409 where it is another by now.',
    }),
    async (request) => {
      await installers.approve(request.params.id, request.body, initiatorOf(request));
      return shown(request.params.id);
    },
  );

  app.post(
    '/installers/:id/disapprove',
    changing('installers.decide', disapproveRequestSchema, {
      summary: 'Disapprove: the version is refused where it is installed (2028)',
    }),
    async (request) => {
      await installers.disapprove(request.params.id, request.body, initiatorOf(request));
      return shown(request.params.id);
    },
  );

  app.get(
    '/installers/:id/file',
    {
      config: { access: 'read' },
      schema: {
        tags,
        summary: 'The MSI; takes Range and If-Range',
        params,
        response: { 200: anyFile, 206: anyFile, 304: { description: 'Unchanged', content: {} } },
      },
    },
    async (request, reply) => {
      const row = await findInstaller(read, request.params.id);
      if (row === undefined) throw new ProblemError('installer.not-found');
      const { sha256, size, fileName } = row;
      const disposition = dispositionOf(fileName);
      return sendFile(request, reply, {
        path: storage.pathOf(sha256),
        size,
        sha256,
        type: 'application/x-msi',
        disposition,
      });
    },
  );
}

/** RFC 6266: the name in ASCII for old clients, and as it is for the others. */
function dispositionOf(fileName: string): string {
  const ascii = fileName.replace(/[^\x20-\x7e]|["\\%]/g, '_');
  const encoded = encodeURIComponent(fileName).replace(/['()*]/g, (each) => `%${each.charCodeAt(0).toString(16)}`);
  return `attachment; filename="${ascii}"; filename*=UTF-8''${encoded}`;
}
