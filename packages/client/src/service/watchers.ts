// Launchers that keep an eye on the application that they started: whom the engine can tell something.
import type { PipeNews } from '../pipe/messages.ts';

/** One running application, as its launcher tells it. None of it is proven. */
export interface Watcher {
  readonly productId: string;
  /** As the launcher named it. */
  readonly product: string | null;
  readonly pid: number;
  readonly tell: (news: PipeNews) => void;
}

/** Those who watch now. */
export class Watchers {
  readonly #all = new Set<Watcher>();

  /** Adds one; gives what takes it away. */
  add(watcher: Watcher): () => void {
    this.#all.add(watcher);
    return () => void this.#all.delete(watcher);
  }

  /** Those of one product, as they are at each look. */
  of(productId: string): WatchersOfProduct {
    const now = () => [...this.#all].filter((watcher) => watcher.productId === productId);
    return { now, tell: (news) => now().forEach((watcher) => watcher.tell(news)) };
  }

  /** The products that somebody has open, each as one of its launchers named it. */
  products(): ReadonlyMap<string, string | null> {
    return new Map([...this.#all].map(({ productId, product }) => [productId, product]));
  }
}

/** Those who watch one product. */
export interface WatchersOfProduct {
  now(): readonly Watcher[];
  tell(news: PipeNews): void;
}
