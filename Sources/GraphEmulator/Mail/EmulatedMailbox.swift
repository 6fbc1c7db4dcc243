/// The messages of one user, oldest first, and the folders they lie in.
struct EmulatedMailbox: Sendable {
    let folders: [MailFolder]
    private(set) var messages: [EmulatedMessage] = []
    /// About how many bytes of memory the messages take.
    private(set) var bytes = 0

    init(of user: EmulatedUser) {
        self.folders = MailFolder.all(of: user)
    }

    /// The folder that `key`, taken from a path, means: a well-known name or an id.
    func folder(_ key: String) -> MailFolder? {
        self.folders.first { $0.id == key || $0.wellKnownName == key.lowercased() }
    }

    func message(id: String, in folder: MailFolder? = nil) -> EmulatedMessage? {
        guard let index = self.index(of: id) else { return nil }
        let message = self.messages[index]
        return folder == nil || folder?.id == message.folderID ? message : nil
    }

    /// The messages of a folder, or all, newest first.
    func messages(in folder: MailFolder? = nil) -> [EmulatedMessage] {
        let all = self.messages.reversed()
        guard let folder else { return Array(all) }
        return all.filter { $0.folderID == folder.id }
    }

    /// Adds a message.
    ///
    /// - Returns: Those that had to go for it: the oldest.
    mutating func add(_ message: EmulatedMessage, limits: EmulatorLimits) -> [EmulatedMessage] {
        self.messages.append(message)
        self.bytes += message.cost
        return self.evict(limits)
    }

    /// Puts `message` in the place of the one with its id.
    ///
    /// - Returns: Those that had to go for it: the oldest.
    mutating func replace(_ message: EmulatedMessage, limits: EmulatorLimits) -> [EmulatedMessage] {
        guard let index = self.index(of: message.id) else { return [] }
        self.bytes += message.cost - self.messages[index].cost
        self.messages[index] = message
        return self.evict(limits)
    }

    mutating func remove(id: String) -> EmulatedMessage? {
        guard let index = self.index(of: id) else { return nil }
        let message = self.messages.remove(at: index)
        self.bytes -= message.cost
        return message
    }

    private mutating func evict(_ limits: EmulatorLimits) -> [EmulatedMessage] {
        var count = 0
        while self.messages.count - count > max(1, limits.messagesPerMailbox)
            || self.bytes > limits.bytesPerMailbox && self.messages.count - count > 1
        {
            self.bytes -= self.messages[count].cost
            count += 1
        }
        let evicted = Array(self.messages.prefix(count))
        self.messages.removeFirst(count)
        return evicted
    }

    /// Newest first, because those are asked for most.
    private func index(of id: String) -> Int? {
        self.messages.lastIndex { $0.id == id }
    }
}
