-- Work that has not begun, by the model it is to use: what is canceled when the model is deleted. Small at any time.
CREATE INDEX ON app.spends ((input ->> 'modelId')) WHERE status = 'reserved';
