-- What a provider reported of a job by itself: the time of every report, and the report where the job cannot be read again.
ALTER TABLE app.jobs ADD COLUMN heard_at timestamptz, ADD COLUMN heard_object jsonb;
