-- How many bundles the alarm that stands says to be overdue; 0: no alarm stands.
ALTER TABLE exchange_peer ADD COLUMN overdue_told integer NOT NULL DEFAULT 0;
