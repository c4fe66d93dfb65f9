-- Full-text search over the catalog (FTS5). Triggers keep it equal to adapters; nothing else writes it.
-- It stores its own copy keyed by adapter id: an implicit rowid of adapters may change when the file is vacuumed.
CREATE VIRTUAL TABLE adapters_fts USING fts5(
  adapter_id UNINDEXED, title, concept, class_word, tags, name, description,
  tokenize = 'unicode61 remove_diacritics 2', prefix = '2 3'
);
CREATE TRIGGER adapters_fts_insert AFTER INSERT ON adapters BEGIN
  INSERT INTO adapters_fts (adapter_id, title, concept, class_word, tags, name, description)
  VALUES (new.id, new.title, new.concept, new.class_word, new.tags, new.name, new.description);
END;
CREATE TRIGGER adapters_fts_update AFTER UPDATE OF title, concept, class_word, tags, description ON adapters BEGIN
  DELETE FROM adapters_fts WHERE adapter_id = old.id;
  INSERT INTO adapters_fts (adapter_id, title, concept, class_word, tags, name, description)
  VALUES (new.id, new.title, new.concept, new.class_word, new.tags, new.name, new.description);
END;
CREATE TRIGGER adapters_fts_delete AFTER DELETE ON adapters BEGIN
  DELETE FROM adapters_fts WHERE adapter_id = old.id;
END;
