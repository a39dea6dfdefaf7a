// Which version of the client this is: put in where its executable is built.
declare const __USHER_CLIENT_VERSION__: string | undefined;

/** Three numbers; `unreleased` where the client runs from its sources. */
export const clientVersion: string =
  typeof __USHER_CLIENT_VERSION__ === 'string' ? __USHER_CLIENT_VERSION__ : 'unreleased';
