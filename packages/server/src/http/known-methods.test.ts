// Tests of which methods an address is said to answer to.
import fastify from 'fastify';
import { expect, test } from 'vitest';
import { noteMethods } from './known-methods.ts';

test('the methods of an address are those of every route that fits it', async () => {
  const app = fastify();
  const methodsOf = noteMethods(app);
  const answer = () => 'x';
  app.get('/things', answer);
  app.post('/things', answer);
  app.patch('/things/:id', answer);
  app.delete('/things/:id', answer);
  app.get('/files/*', answer);
  app.get('/*', answer);
  await app.ready();
  expect(methodsOf('/things')).toEqual(['GET', 'HEAD', 'POST']);
  expect(methodsOf('/things/1')).toEqual(['DELETE', 'PATCH']);
  expect(methodsOf('/files/a/b')).toEqual(['GET', 'HEAD']);
  for (const path of ['/', '/thing', '/things/1/2', '/thingsX', '/.things']) expect(methodsOf(path)).toEqual([]);
  await app.close();
});
