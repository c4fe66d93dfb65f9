-- What the catalog is searched by: full text (FTS5) and tags. Triggers keep both equal to adapters; nothing else writes them.
-- The text table stores its own copy keyed by adapter id: an implicit rowid of adapters may change when the file is vacuumed.
CREATE VIRTUAL TABLE adapters_fts USING fts5(
  adapter_id UNINDEXED, title, concept, class_word, tags, name, description,
  tokenize = 'unicode61 remove_diacritics 2', prefix = '2 3'
);
CREATE TRIGGER adapters_insert AFTER INSERT ON adapters BEGIN
  INSERT INTO adapters_fts (adapter_id, title, concept, class_word, tags, name, description)
  VALUES (new.id, new.title, new.concept, new.class_word, new.tags, new.name, new.description);
  INSERT OR IGNORE INTO adapter_tags (tag, adapter_id) SELECT value, new.id FROM json_each(new.tags);
END;
CREATE TRIGGER adapters_update AFTER UPDATE OF title, concept, class_word, tags, description ON adapters BEGIN
  DELETE FROM adapters_fts WHERE adapter_id = old.id;
  DELETE FROM adapter_tags WHERE adapter_id = old.id;
  INSERT INTO adapters_fts (adapter_id, title, concept, class_word, tags, name, description)
  VALUES (new.id, new.title, new.concept, new.class_word, new.tags, new.name, new.description);
  INSERT OR IGNORE INTO adapter_tags (tag, adapter_id) SELECT value, new.id FROM json_each(new.tags);
END;
CREATE TRIGGER adapters_delete AFTER DELETE ON adapters BEGIN
  DELETE FROM adapters_fts WHERE adapter_id = old.id;
  DELETE FROM adapter_tags WHERE adapter_id = old.id;
END;
