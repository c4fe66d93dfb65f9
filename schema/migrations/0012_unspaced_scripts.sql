-- Scripts that put no spaces between words are found inside their runs. unicode61 takes a run for one word, and FTS5's trigrams need three
-- characters where most such words have two. So the full text holds a run as overlapping pairs of characters, its last character alone:
-- 衣装セット is "衣装 装セ セッ ット ト". A query's run is a phrase of such pairs (functions/catalog/search-words.ts).

-- Marks are vowels and tones written over characters: unicode61 would split words at them, so they are left out, as diacritics are.
CREATE VIEW unspaced_characters AS SELECT column1 AS first, column2 AS last, column3 AS kind FROM (VALUES
  (0x3400, 0x4DBF, 'character'), (0x4E00, 0x9FFF, 'character'), (0xF900, 0xFAD9, 'character'), (0x20000, 0x323AF, 'character'), -- Han
  (0x3005, 0x3007, 'character'), (0x3041, 0x3096, 'character'), (0x309D, 0x309F, 'character'), (0x30A1, 0x30FA, 'character'), (0x30FC, 0x30FF, 'character'), (0x31F0, 0x31FF, 'character'), (0xFF66, 0xFF9F, 'character'), -- kana
  (0x0E01, 0x0E30, 'character'), (0x0E32, 0x0E33, 'character'), (0x0E40, 0x0E46, 'character'), -- Thai
  (0x0E81, 0x0EB0, 'character'), (0x0EB2, 0x0EB3, 'character'), (0x0EBD, 0x0EC6, 'character'), (0x0EDC, 0x0EDF, 'character'), -- Lao
  (0x1000, 0x102A, 'character'), (0x103F, 0x103F, 'character'), (0x1050, 0x1055, 'character'), (0x105A, 0x105D, 'character'), (0x1061, 0x1061, 'character'), (0x1065, 0x1066, 'character'), (0x106E, 0x1070, 'character'), (0x1075, 0x1081, 'character'), (0x108E, 0x108E, 'character'), -- Myanmar
  (0x1780, 0x17B3, 'character'), (0x17D7, 0x17D7, 'character'), (0x17DC, 0x17DC, 'character'), -- Khmer
  (0xAC00, 0xD7A3, 'character'), -- Hangul, whose words are joined to particles and to each other
  (0x3099, 0x309A, 'mark'), -- kana
  (0x0E31, 0x0E31, 'mark'), (0x0E34, 0x0E3A, 'mark'), (0x0E47, 0x0E4E, 'mark'), -- Thai
  (0x0EB1, 0x0EB1, 'mark'), (0x0EB4, 0x0EBC, 'mark'), (0x0EC8, 0x0ECE, 'mark'), -- Lao
  (0x102B, 0x103E, 'mark'), (0x1056, 0x1059, 'mark'), (0x105E, 0x1060, 'mark'), (0x1062, 0x1064, 'mark'), (0x1067, 0x106D, 'mark'), (0x1071, 0x1074, 'mark'), (0x1082, 0x108D, 'mark'), (0x108F, 0x108F, 'mark'), (0x109A, 0x109D, 'mark'), -- Myanmar
  (0x17B4, 0x17D3, 'mark'), (0x17DD, 0x17DD, 'mark') -- Khmer
);

-- The texts of an adapter as its full text holds them. The pattern is a quick test whether a text may have such a script at all; pieces
-- keep the time linear in the text's length. json_each(json_array()) lets SQLite compute the fields once, not once a column.
CREATE VIEW catalog_terms AS
SELECT doc, fields ->> 'title' AS title, name, fields ->> 'concept' AS concept, fields ->> 'class_word' AS class_word,
  fields ->> 'tags' AS tags, owner, fields ->> 'description' AS description
FROM (SELECT t.doc, t.name, t.owner, j.value AS fields FROM catalog_texts t, json_each(json_array((
  SELECT json_group_object(f.key, CASE WHEN f.value NOT GLOB '*[ก-៿々-鿿가-ﾟ𠀀-𳎯]*' THEN f.value ELSE (
    WITH RECURSIVE pieces (at, piece, rest) AS (
      SELECT 1, substr(f.value, 1, 100), substr(f.value, 101) UNION ALL
      SELECT at + 100, substr(rest, 1, 100), substr(rest, 101) FROM pieces WHERE rest <> ''
    ), characters (at, character, rest) AS (
      SELECT at, substr(piece, 1, 1), substr(piece, 2) FROM pieces UNION ALL
      SELECT at + 1, substr(rest, 1, 1), substr(rest, 2) FROM characters WHERE rest <> ''
    ), classified AS (
      SELECT at, character, coalesce((
        SELECT kind FROM unspaced_characters WHERE unicode(character) BETWEEN first AND last
      ), 'other') AS kind FROM characters
    ), pairs AS (
      SELECT at, character, kind, lead(character) OVER (ORDER BY at) AS next, lead(kind) OVER (ORDER BY at) AS next_kind
      FROM classified WHERE kind <> 'mark'
    )
    SELECT group_concat(CASE WHEN kind = 'other' THEN character
      ELSE ' ' || character || iif(next_kind = 'character', next, '') || ' ' END, '' ORDER BY at) FROM pairs
  ) END) FROM json_each(json_object('title', t.title, 'concept', t.concept, 'class_word', t.class_word, 'tags', t.tags, 'description', t.description)) f
))) j);

-- The same of a mix.
CREATE VIEW mix_terms AS
SELECT mix_id, fields ->> 'title' AS title, name, fields ->> 'description' AS description
FROM (SELECT m.id AS mix_id, m.name, j.value AS fields FROM mixes m, json_each(json_array((
  SELECT json_group_object(f.key, CASE WHEN f.value NOT GLOB '*[ก-៿々-鿿가-ﾟ𠀀-𳎯]*' THEN f.value ELSE (
    WITH RECURSIVE pieces (at, piece, rest) AS (
      SELECT 1, substr(f.value, 1, 100), substr(f.value, 101) UNION ALL
      SELECT at + 100, substr(rest, 1, 100), substr(rest, 101) FROM pieces WHERE rest <> ''
    ), characters (at, character, rest) AS (
      SELECT at, substr(piece, 1, 1), substr(piece, 2) FROM pieces UNION ALL
      SELECT at + 1, substr(rest, 1, 1), substr(rest, 2) FROM characters WHERE rest <> ''
    ), classified AS (
      SELECT at, character, coalesce((
        SELECT kind FROM unspaced_characters WHERE unicode(character) BETWEEN first AND last
      ), 'other') AS kind FROM characters
    ), pairs AS (
      SELECT at, character, kind, lead(character) OVER (ORDER BY at) AS next, lead(kind) OVER (ORDER BY at) AS next_kind
      FROM classified WHERE kind <> 'mark'
    )
    SELECT group_concat(CASE WHEN kind = 'other' THEN character
      ELSE ' ' || character || iif(next_kind = 'character', next, '') || ' ' END, '' ORDER BY at) FROM pairs
  ) END) FROM json_each(json_object('title', m.title, 'description', m.description)) f
))) j);

DROP TRIGGER catalog_insert;
CREATE TRIGGER catalog_insert AFTER INSERT ON catalog BEGIN
  INSERT INTO adapters_fts (rowid, title, name, concept, class_word, tags, owner, description)
    SELECT doc, title, name, concept, class_word, tags, owner, description FROM catalog_terms WHERE doc = new.doc;
  INSERT INTO catalog_words (word) SELECT DISTINCT word FROM catalog_doc_words WHERE doc = new.doc ON CONFLICT DO NOTHING;
  INSERT INTO catalog_tags (tag, doc, listed, base, class, licence, allows, rating)
    SELECT DISTINCT v.id, new.doc, new.listed, new.base, new.class, new.licence, new.allows, new.rating
    FROM adapters a, json_each(a.tags) t JOIN catalog_values v ON v.kind = 'tag' AND v.value = t.value WHERE a.id = new.adapter_id;
  INSERT INTO catalog_counts (kind, rating, value, docs) SELECT 'owner', new.rating, new.owner, 1 WHERE new.listed
    ON CONFLICT DO UPDATE SET docs = docs + 1;
  INSERT INTO catalog_cube (base, class, licence, allows, rating, docs)
    SELECT new.base, new.class, new.licence, new.allows, new.rating, 1 WHERE new.listed ON CONFLICT DO UPDATE SET docs = docs + 1;
  UPDATE catalog_revision SET listing = listing + 1, facets = facets + 1;
END;
DROP TRIGGER catalog_update_texts;
CREATE TRIGGER catalog_update_texts AFTER UPDATE OF doc ON catalog BEGIN
  DELETE FROM adapters_fts WHERE rowid = old.doc;
  INSERT INTO adapters_fts (rowid, title, name, concept, class_word, tags, owner, description)
    SELECT doc, title, name, concept, class_word, tags, owner, description FROM catalog_terms WHERE doc = new.doc;
  INSERT INTO catalog_words (word) SELECT DISTINCT word FROM catalog_doc_words WHERE doc = new.doc ON CONFLICT DO NOTHING;
  DELETE FROM catalog_tags WHERE doc = old.doc;
  INSERT INTO catalog_tags (tag, doc, listed, base, class, licence, allows, rating)
    SELECT DISTINCT v.id, new.doc, new.listed, new.base, new.class, new.licence, new.allows, new.rating
    FROM adapters a, json_each(a.tags) t JOIN catalog_values v ON v.kind = 'tag' AND v.value = t.value WHERE a.id = new.adapter_id;
  UPDATE catalog_revision SET listing = listing + 1, facets = facets + 1;
END;
DROP TRIGGER mixes_insert;
CREATE TRIGGER mixes_insert AFTER INSERT ON mixes BEGIN
  INSERT INTO mixes_fts (mix_id, title, name, description)
    SELECT mix_id, title, name, description FROM mix_terms WHERE mix_id = new.id;
END;
DROP TRIGGER mixes_update;
CREATE TRIGGER mixes_update AFTER UPDATE OF title, description ON mixes BEGIN
  DELETE FROM mixes_fts WHERE mix_id = old.id;
  INSERT INTO mixes_fts (mix_id, title, name, description)
    SELECT mix_id, title, name, description FROM mix_terms WHERE mix_id = new.id;
END;

-- What is there already
DELETE FROM adapters_fts WHERE rowid IN (
  SELECT doc FROM catalog_texts WHERE title || concept || class_word || tags || description GLOB '*[ก-៿々-鿿가-ﾟ𠀀-𳎯]*'
);
INSERT INTO adapters_fts (rowid, title, name, concept, class_word, tags, owner, description)
  SELECT doc, title, name, concept, class_word, tags, owner, description FROM catalog_terms WHERE doc IN (
    SELECT doc FROM catalog_texts WHERE title || concept || class_word || tags || description GLOB '*[ก-៿々-鿿가-ﾟ𠀀-𳎯]*'
  );
DELETE FROM mixes_fts WHERE mix_id IN (SELECT id FROM mixes WHERE title || description GLOB '*[ก-៿々-鿿가-ﾟ𠀀-𳎯]*');
INSERT INTO mixes_fts (mix_id, title, name, description)
  SELECT mix_id, title, name, description FROM mix_terms
  WHERE mix_id IN (SELECT id FROM mixes WHERE title || description GLOB '*[ก-៿々-鿿가-ﾟ𠀀-𳎯]*');
