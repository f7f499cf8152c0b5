-- What of the exchange is of one kind, or stands somewhere, is few among what is kept for years.
CREATE INDEX exchange_bundle_by_kind ON exchange_bundle (kind, stored_at);
CREATE INDEX exchange_bundle_by_state ON exchange_bundle (state, stored_at);
