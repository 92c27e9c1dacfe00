-- What was written beside the picture (place, camera, texts) is taken out before an upload is stored. Objects of before have it
-- still: it is taken out each time one is fetched.
ALTER TABLE app.uploads ADD COLUMN is_stripped boolean NOT NULL DEFAULT false;
