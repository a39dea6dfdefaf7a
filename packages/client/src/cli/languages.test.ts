// Tests of the languages: what the commands that people meet say to somebody who reads Portuguese or Spanish.
import { describe, expect, it } from 'vitest';
import { en } from '../launcher/texts/en.ts';
import { ContosoWorkstation } from '../test-support/contoso-workstation.ts';
import { contoso } from '../test-support/stand-in-server.ts';

const fresh = contoso('3.23.0');
const run7 = ['--', '/bin/sh', '-c', 'exit 7'];

/** English texts of ours that are long enough to be told from names and numbers. */
const english = Object.values(en).flatMap((text) => text.split(/\{\w+\}/).filter((part) => part.length > 12));

async function speaks(language: string): Promise<ContosoWorkstation> {
  const workstation = await ContosoWorkstation.withOldVersion();
  workstation.language = language;
  workstation.server.assign(fresh, { requirement: 'mandatory' });
  return workstation;
}

describe('to somebody who reads another language than English', () => {
  it.each([
    ['pt_BR.UTF-8', 'um início agora: exige a versão 3.23.0: a atualização é obrigatória'],
    ['es_MX.UTF-8', 'un inicio ahora: exige la versión 3.23.0: la actualización es obligatoria'],
  ])('status and check say in %s what a start would do', async (language, said) => {
    const workstation = await speaks(language);
    const checked = await workstation.run(['check']);
    expect(checked).toMatchObject({ status: 20, printed: expect.stringContaining(said) as string });
    const { printed } = await workstation.run(['status']);
    for (const text of english) expect(`${checked.printed}\n${printed}`).not.toContain(text);
  });

  it.each([
    ['pt_BR.UTF-8', 'Isto não é uma liberação.'],
    ['es.UTF-8', 'Esto no es un pase.'],
  ])('unlock says in %s why a pass is none', async (language, sentence) => {
    const workstation = await speaks(language);
    const { status, told } = await workstation.run(['unlock', '1234']);
    expect({ status, told }).toEqual({ status: 1, told: expect.stringContaining(sentence) as string });
    expect(told).not.toMatch(/\b(the|your|administrator\.)\b/);
  });

  it.each([
    ['pt_BR.UTF-8', 'Não há regras válidas nesta estação de trabalho.'],
    ['es.UTF-8', 'No hay reglas válidas en esta estación de trabajo.'],
  ])('a start says in %s why it cannot be decided', async (language, sentence) => {
    const workstation = await ContosoWorkstation.activated();
    workstation.language = language;
    await workstation.server.stop();
    const { status, told } = await workstation.run(['start', ...run7]);
    expect({ status, told }).toEqual({ status: 40, told: expect.stringContaining(sentence) as string });
    expect(told).toContain('server.unreachable');
    expect(told).not.toMatch(/\b(the|your|cannot)\b/);
  });

  it('update says that there is nothing to do, and what waits', async () => {
    const workstation = await speaks('pt_BR.UTF-8');
    const pass = { until: '2026-11-23T08:00:00.000Z', reason: 'demonstração' };
    workstation.server.policy = { ...workstation.server.policy, pass };
    const { printed } = await workstation.run(['update']);
    expect(printed).toBe('Nada a fazer: uma liberação permite. A versão 3.23.0 aguarda instalação.');
  });

  it('what programs read stays as it is', async () => {
    const workstation = await speaks('es.UTF-8');
    const { printed } = await workstation.run(['check', '--json']);
    expect(JSON.parse(printed)).toMatchObject({ workstationId: 'ws_1', verdict: { reason: 'mandatory-update' } });
  });

  it('what administrators do is answered in English', async () => {
    const workstation = await speaks('es.UTF-8');
    const { told } = await workstation.run(['activate']);
    expect(told).toContain('Which installation key?');
  });
});
