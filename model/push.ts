/** A request that reached a push feed, its body read whole and within the door's limit. */
export interface PushRequest {
  readonly authorization: string | undefined;
  /** Whether it bears the key or token of someone who may push this feed; the feed's own key is for the feed to judge. */
  readonly byFeeder?: boolean;
  readonly contentType: string | undefined;
  readonly body: Uint8Array;
}

export interface PushReply {
  readonly status: number;
  readonly body: string;
  readonly contentType?: string;
  /** How many records were taken in. */
  readonly taken?: number;
}

/** The hub's HTTP door for push feeds: `open` serves POST /feeds/<feed id> until `close` is called. `opens` tells the feed's own key. */
export interface PushDoor {
  open(
    feedId: string,
    maxBytes: number,
    handle: (request: PushRequest) => Promise<PushReply>,
    opens: (authorization: string | undefined) => boolean,
  ): { path: string; close(): void };
}
