-- What runners sent under leases that came to nothing is looked for by age; and in how many mixes an adapter is follows the mixes, whoever
-- publishes, hides, withdraws, removes or restores one.
CREATE INDEX `uploads_outputs` ON `uploads` (`created_at`) WHERE lease_id is not null;

-- Counted instead of added to: a mix is published, hidden and withdrawn in any order, and counts once however many of its versions hold
-- the adapter.
CREATE TRIGGER mixes_update_remixes AFTER UPDATE OF state, visibility ON mixes
WHEN (old.state = 'published' AND old.visibility <> 'private') <> (new.state = 'published' AND new.visibility <> 'private') BEGIN
  UPDATE adapters SET remixes = (
    SELECT count(DISTINCT mixes.id) FROM composition_members m
    JOIN compositions c ON c.id = m.composition_id JOIN mixes ON mixes.id = c.mix_id
    WHERE m.adapter_id = adapters.id AND mixes.state = 'published' AND mixes.visibility <> 'private')
  WHERE id IN (
    SELECT m.adapter_id FROM compositions c JOIN composition_members m ON m.composition_id = c.id WHERE c.mix_id = new.id);
END;
CREATE TRIGGER composition_members_insert_remixes AFTER INSERT ON composition_members BEGIN
  UPDATE adapters SET remixes = (
    SELECT count(DISTINCT mixes.id) FROM composition_members m
    JOIN compositions c ON c.id = m.composition_id JOIN mixes ON mixes.id = c.mix_id
    WHERE m.adapter_id = adapters.id AND mixes.state = 'published' AND mixes.visibility <> 'private')
  WHERE id = new.adapter_id;
END;
