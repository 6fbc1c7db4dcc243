/// Finds what paths call by a name.
extension TenantData {
    /// A folder, calendar or list, by its id or by a name that Graph knows.
    func container(_ name: String, _ kind: EntityKind, of owner: String) -> Entity? {
        let key = CollectionKey(kind, of: owner)
        if kind == .mailFolder, let folder = WellKnownFolder.named(name) { return self.entity(folder.id(of: owner), in: key) }
        if kind == .contactFolder, name.lowercased() == "contacts" { return self.entities(in: key).first }
        return self.entity(name, in: key)
    }

    /// The calendar that a user has from the beginning.
    func defaultCalendar(of owner: String) -> Entity? { self.entities(in: CollectionKey(.calendar, of: owner)).first }

    /// The drive that a path means by its owner or its id; `nil` if there is none.
    func driveID(of keys: [String: String]) -> String? {
        if let drive = keys["drive"] { return self.entity(drive, in: CollectionKey(.drive))?.id }
        guard let owner = keys["user"].flatMap({ self.user($0)?.id }) ?? keys["group"] ?? keys["site"] else { return nil }
        return self.entity(Self.driveID(of: owner), in: CollectionKey(.drive))?.id
    }

    /// The same at each start, so that a subscription can name it.
    static func driveID(of owner: String) -> String { "b!\(owner.filter { $0.isLetter || $0.isNumber })" }

    static func rootID(of drive: String) -> String { "01\(drive.dropFirst(2).uppercased())ROOT" }

    /// The item that a path inside a drive leads to.
    func item(at path: String, in drive: String) -> Entity? {
        let key = CollectionKey(.driveItem, of: drive)
        var item = self.entity(Self.rootID(of: drive), in: key)
        for name in path.split(separator: "/") {
            guard let folder = item else { return nil }
            item = self.entities(in: key, container: folder.id).first { $0.text("name")?.lowercased() == name.lowercased() }
        }
        return item
    }
}
