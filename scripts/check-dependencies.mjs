// Holds the import table: runs dependency-cruiser and sees to it that it really read the code. A version that
// cannot parse TypeScript reads no module and calls that a success.
import { pathToFileURL } from 'node:url';
import { cruise } from 'dependency-cruiser';
import extractDepcruiseOptions from 'dependency-cruiser/config-utl/extract-depcruise-options';
import extractTSConfig from 'dependency-cruiser/config-utl/extract-ts-config';
import { root } from './setup.mjs';

/** Fewer modules of the product than this means that something was not read; raised as the code grows. */
const leastModules = 60;

/**
 * What breaks the import table, a sentence each; nothing where all is well.
 * @param {string} folder the root of the tree, with `packages` in it
 * @param {number} least how many modules must have been read
 * @returns {Promise<string[]>}
 */
export async function dependencyViolations(folder, least) {
  const options = await extractDepcruiseOptions(`${root}.dependency-cruiser.mjs`);
  const { output } = await cruise(['packages', 'e2e', 'bench'], { ...options, baseDir: folder }, undefined, {
    tsConfig: extractTSConfig(`${root}tsconfig.base.json`),
  });
  if (typeof output === 'string') throw new Error('dependency-cruiser gave text where its result was expected');
  const violations = output.summary.violations
    .filter((violation) => violation.rule.severity === 'error')
    .map((violation) => `${violation.rule.name}: ${violation.from} -> ${violation.to}`);
  const modules = output.modules.filter((module) => module.source.startsWith('packages/')).length;
  if (modules < least) {
    violations.push(`only ${modules} modules were read, at least ${least} were expected: the rules were not checked`);
  }
  return violations;
}

if (process.argv[1] !== undefined && import.meta.url === pathToFileURL(process.argv[1]).href) {
  const violations = await dependencyViolations(root, leastModules);
  for (const violation of violations) console.error(violation);
  process.exitCode = violations.length > 0 ? 1 : 0;
}
