import GraphEmulator

/// The file in which an emulator's state is kept.
struct StateFile: Sendable {
    /// Ten thousand messages in each mailbox have room in it.
    private static let maximumSize = 512 << 20

    let path: String

    /// - Returns: `nil` if there is none yet.
    func load() throws(Failure) -> EmulatorSnapshot? {
        guard let text = try TextFile.load(self.path, maximumSize: Self.maximumSize) else { return nil }
        do {
            return try EmulatorSnapshot(json: text)
        } catch {
            let reason = error.message.prefix(1).lowercased() + error.message.dropFirst().dropLast()
            throw Failure("\(self.path) cannot be used, because \(reason); remove it or name another file with --state.")
        }
    }

    func store(_ snapshot: EmulatorSnapshot) throws { try TextFile.store(try snapshot.json(), to: self.path) }
}
