// Products and their prohibitions over HTTP.
import {
  impactSchema,
  productListSchema,
  productPatchSchema,
  productSchema,
  prohibitionListSchema,
  prohibitionRequestSchema,
  prohibitionSchema,
  queryFlagSchema,
  reasonSchema,
} from '@usher/protocol';
import * as z from 'zod';
import { isoNow, type Clock } from '../../clock.ts';
import type { Reader } from '../../database/database.ts';
import type { App } from '../../http/app.ts';
import { initiatorOf } from '../../http/caller.ts';
import { noContent } from '../../http/no-content.ts';
import { ProblemError } from '../../problem-error.ts';
import { listProducts, listProhibitions, productQuery, prohibitionQuery, readProduct } from './product-list.ts';
import type { ProhibitionsService } from './prohibitions.ts';
import { resolveProduct } from './read-model.ts';
import type { ProductsService } from './service.ts';

const tags = ['Products'];
const params = z.object({ id: z.string().meta({ description: 'A product id, or its UpgradeCode' }) });

/** Adds `/products`. */
export function productRoutes(
  app: App,
  tools: { products: ProductsService; prohibitions: ProhibitionsService; read: Reader; clock: Clock },
): void {
  const { products, prohibitions, read, clock } = tools;

  async function shown(reference: string) {
    const product = await readProduct(read, reference, isoNow(clock));
    if (product === null) throw new ProblemError('product.not-found');
    return product;
  }

  app.get(
    '/products',
    {
      config: { access: 'read' },
      schema: { tags, summary: 'Products', querystring: productQuery, response: { 200: productListSchema } },
    },
    (request) => listProducts(read, request.query, isoNow(clock)),
  );

  app.get(
    '/products/:id',
    { config: { access: 'read' }, schema: { tags, summary: 'A product', params, response: { 200: productSchema } } },
    (request) => shown(request.params.id),
  );

  app.patch(
    '/products/:id',
    {
      config: { access: 'products.manage' },
      schema: {
        tags,
        summary: 'Change how a product is enforced, whose signatures it accepts, what holds offline',
        description:
          '`enforcementUntil` ends an observation by itself. `publishers` replaces the list; one without `authorityKey` is known ' +
          'by its names alone until an approval fills the key in.',
        params,
        body: productPatchSchema,
        response: { 200: productSchema },
      },
    },
    async (request) => {
      await products.change(request.params.id, request.body, initiatorOf(request));
      return shown(request.params.id);
    },
  );

  app.get(
    '/products/:id/prohibitions',
    {
      config: { access: 'read' },
      schema: {
        tags,
        summary: 'Prohibitions by number: those in force, or with all=true lifted ones too',
        params,
        querystring: prohibitionQuery,
        response: { 200: prohibitionListSchema },
      },
    },
    async (request) => {
      const { id } = await resolveProduct(read, request.params.id);
      return listProhibitions(read, id, request.query);
    },
  );

  app.post(
    '/products/:id/prohibitions',
    {
      config: { access: 'prohibitions.manage' },
      schema: {
        tags,
        summary: 'Prohibit a version, or everything below one',
        description: 'With dryRun=true nothing is changed: the answer says in numbers what it would do.',
        params,
        querystring: z.strictObject({ dryRun: queryFlagSchema.optional() }),
        body: prohibitionRequestSchema,
        response: { 200: impactSchema, 201: prohibitionSchema },
      },
    },
    async (request, reply) => {
      const { id } = request.params;
      if (request.query.dryRun === true) return reply.code(200).send(await prohibitions.impact(id, request.body));
      return reply.code(201).send(await prohibitions.add(id, request.body, initiatorOf(request)));
    },
  );

  app.delete(
    '/products/:id/prohibitions/:pid',
    {
      config: { access: 'prohibitions.manage' },
      schema: {
        tags,
        summary: 'Lift a prohibition; it stays on record',
        params: params.extend({ pid: z.string() }),
        body: reasonSchema,
        response: { 204: noContent },
      },
    },
    async (request, reply) => {
      const { id, pid } = request.params;
      await prohibitions.lift(id, pid, request.body.reason, initiatorOf(request));
      return reply.code(204).send(null);
    },
  );
}
