// Products, as the composition takes them.
import type { Feature } from '../../feature.ts';
import type { TrustService } from '../trust/service.ts';
import type { CatalogueHook } from './catalogue-hook.ts';
import { makeProhibitionsService } from './prohibitions.ts';
import { productRoutes } from './routes.ts';
import { makeProductsService, type ProductsService, type ProductTools } from './service.ts';

/** The feature with what installers need of it. */
export interface ProductsFeature extends Feature {
  readonly products: ProductsService;
}

/** Makes the feature. */
export function productsFeature(
  tools: ProductTools & { trust: TrustService; onCatalogueChanged: readonly CatalogueHook[] },
): ProductsFeature {
  const { database, clock } = tools;
  const products = makeProductsService(tools);
  const prohibitions = makeProhibitionsService(tools);
  return {
    name: 'products',
    products,
    // A minute late at most; nothing waits for it.
    jobs: [
      { name: 'products.observations', at: '20 * * * * *', leaseFor: 60_000, run: () => products.endObservations() },
    ],
    routes: (app) => productRoutes(app, { products, prohibitions, read: database.read, clock }),
  };
}
