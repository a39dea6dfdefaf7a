// Imported before everything else: schemas are not compiled. A start checks a few texts once each, and compiling first takes longer.
import * as z from 'zod';

z.config({ jitless: true });
