// Workstations say which protocol they speak: another one than this server's is refused as such, whatever else it brings.
import { protocolNumber } from '@usher/protocol';
import type { FastifyRequest } from 'fastify';
import { ProblemError } from '../problem-error.ts';

/**
 * A hook for `preValidation`: before the schema, since what a newer protocol looks like is not known here. Fails with
 * `workstation.protocol-unsupported`.
 */
export function refuseOtherProtocol(request: FastifyRequest, _reply: unknown, done: (error?: Error) => void): void {
  const { body } = request;
  const protocol = typeof body === 'object' && body !== null && 'protocol' in body ? body.protocol : protocolNumber;
  if (typeof protocol === 'number' && protocol !== protocolNumber) {
    const detail = `This server speaks protocol ${protocolNumber}, not ${protocol}.`;
    done(new ProblemError('workstation.protocol-unsupported', detail));
  } else done();
}
