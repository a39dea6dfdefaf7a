// Activation over HTTP: open to whoever holds an installation key.
import { activateAnswerSchema, activateRequestSchema } from '@usher/protocol';
import type { App } from '../../http/app.ts';
import { refuseOtherProtocol } from '../../http/workstation-protocol.ts';
import type { ActivationService } from './activation-service.ts';

/** Adds `/workstation/activate`. */
export function activationRoutes(app: App, activation: ActivationService): void {
  app.post(
    '/workstation/activate',
    {
      config: { access: 'open', makesTextsPlain: true },
      preValidation: refuseOtherProtocol,
      schema: {
        tags: ['Workstation'],
        summary: 'Become a workstation, or with a proof the same one again: the token is answered this once',
        body: activateRequestSchema,
        response: { 201: activateAnswerSchema },
      },
    },
    async (request, reply) =>
      reply
        .code(201)
        .header('cache-control', 'no-store')
        .send(await activation.activate(request.body, request.ip)),
  );
}
