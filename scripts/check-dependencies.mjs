// Holds the import table: runs dependency-cruiser and sees to it that it really read the code. A version that
// cannot parse TypeScript reads no module and calls that a success.
import { cruise } from 'dependency-cruiser';
import extractDepcruiseOptions from 'dependency-cruiser/config-utl/extract-depcruise-options';
import extractTSConfig from 'dependency-cruiser/config-utl/extract-ts-config';

/** Fewer modules than this means that something was not read; raised as the code grows. */
const leastModules = 7;

const options = await extractDepcruiseOptions('./.dependency-cruiser.mjs');
const { output } = await cruise(['packages', 'e2e', 'bench'], options, undefined, {
  tsConfig: extractTSConfig('./tsconfig.base.json'),
});
if (typeof output === 'string') throw new Error('dependency-cruiser gave text where its result was expected');

const violations = output.summary.violations.filter((violation) => violation.rule.severity === 'error');
for (const violation of violations) {
  console.error(`${violation.rule.name}: ${violation.from} -> ${violation.to}`);
}
const modules = output.modules.filter((module) => module.source.startsWith('packages/')).length;
if (modules < leastModules) {
  console.error(
    `only ${modules} modules were read, at least ${leastModules} were expected: the rules were not checked`,
  );
}
process.exitCode = violations.length > 0 || modules < leastModules ? 1 : 0;
