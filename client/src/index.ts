/** For browsers, and wherever `fetch` and `WebSocket` are the platform's own. */
export { connect, type Document, type Hub, type SubscribeOptions, type Subscription } from './connect.js';
export { type Fault, FenghuoError } from './errors.js';
export type { FollowOptions, Gap } from './follow.js';
export * from './generated/graphql.js';
export { type ConnectOptions, fullJitter, type State, type Transport } from './line.js';
export { type CursorStore, fileStore, localStorageStore, memoryStore } from './stores.js';
export { allWarnings, type FollowWarningsOptions, followWarnings } from './warnings.js';
