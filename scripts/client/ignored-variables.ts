// Makes a Node deaf to the environment variables that change what it trusts, loads or writes. The client runs with
// rights that the person at the machine lacks, and OpenSSL and Node read most of these before the first line of the
// client's own code. Each stands once as a constant in Node's binary; there it becomes the empty name, which no
// variable has.

/**
 * Read by Node's and OpenSSL's own code. `NODE_TLS_REJECT_UNAUTHORIZED`, which Node reads from JavaScript when it
 * connects, is taken away by the client itself.
 */
export const ignoredVariables = [
  // OpenSSL loads programs that its configuration, or these folders, name.
  ...['OPENSSL_CONF', 'OPENSSL_CONF_INCLUDE', 'OPENSSL_MODULES', 'OPENSSL_ENGINES'],
  // Whom TLS believes. The client has its own ways to be told: the key's pinned certificate, and the machine's store.
  ...['NODE_EXTRA_CA_CERTS', 'NODE_USE_SYSTEM_CA', 'SSL_CERT_FILE', 'SSL_CERT_DIR'],
  // How Node runs, what it loads, and where it writes.
  ...['NODE_OPTIONS', 'NODE_ICU_DATA', 'NODE_REPL_EXTERNAL_MODULE', 'NODE_COMPILE_CACHE', 'NODE_V8_COVERAGE'],
  ...['NODE_REDIRECT_WARNINGS', 'NODE_DEBUG_NATIVE', 'NODE_PENDING_DEPRECATION', 'NODE_USE_ENV_PROXY'],
] as const;

/**
 * A copy of a Node that reads none of `names`.
 * @throws {Error} where a name does not stand exactly once in it: then this is not the Node that this was written for
 */
export function withoutVariables(node: Buffer, names: readonly string[] = ignoredVariables): Buffer {
  const deaf = Buffer.from(node);
  for (const name of names) {
    const [place, ...more] = constantsIn(node, name);
    if (place === undefined || more.length > 0) {
      throw new Error(`${name} stands ${more.length + (place === undefined ? 0 : 1)} times in this Node, not once`);
    }
    deaf[place] = 0;
  }
  return deaf;
}

/** Where a name stands between zeros, but for V8's prepared strings (their length stands before them: JavaScript's). */
function constantsIn(node: Buffer, name: string): readonly number[] {
  const whole = Buffer.from(`\0${name}\0`, 'latin1');
  const found: number[] = [];
  for (let at = node.indexOf(whole); at !== -1; at = node.indexOf(whole, at + 1)) {
    const isPrepared = at >= 3 && node.readUInt32LE(at - 3) === name.length;
    if (!isPrepared) found.push(at + 1);
  }
  return found;
}
