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
}

/** The hub's HTTP door for push feeds: `open` serves POST /feeds/<feed id> until the returned function is called. */
export interface PushDoor {
  open(
    feedId: string,
    maxBytes: number,
    handle: (request: PushRequest) => Promise<PushReply>,
  ): { path: string; close(): void };
}
