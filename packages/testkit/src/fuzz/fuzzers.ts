// Everything that is fuzzed.
import { makeFuzzer, type Fuzzer } from './fuzz-target.ts';
import { msiTarget, signatureTarget } from './installer-targets.ts';
import { metadataTarget } from './metadata-target.ts';
import { pipeTarget } from './pipe-target.ts';
import { requestsTarget } from './requests-target.ts';
import { installationKeyTarget, logProofTarget, passTarget, policyTarget, proofTarget } from './text-targets.ts';
import { uploadTarget } from './upload-target.ts';

/** One for each kind of input from outside. */
export const fuzzers: readonly Fuzzer[] = [
  makeFuzzer(msiTarget),
  makeFuzzer(signatureTarget),
  makeFuzzer(metadataTarget),
  makeFuzzer(policyTarget),
  makeFuzzer(proofTarget),
  makeFuzzer(logProofTarget),
  makeFuzzer(passTarget),
  makeFuzzer(installationKeyTarget),
  makeFuzzer(requestsTarget),
  makeFuzzer(uploadTarget),
  makeFuzzer(pipeTarget),
];
