// What the operator's commands on keys and drafts refuse; the message is a sentence that says what to do.

/** A key or a draft cannot be what it was meant for. Nothing was changed. */
export class TrustRefusal extends Error {
  readonly code = 'trust.refused';
}

/** The refusal where no server has made keys and a catalogue. */
export function noCatalogue(): TrustRefusal {
  return new TrustRefusal('There are no keys and no catalogue yet: the first start of the server makes them.');
}
