/// The ids under which one request is known, and when it came.
struct RequestIdentity: Sendable, Equatable {
    /// A new GUID.
    var id: String
    /// What the caller sent as `client-request-id`, or else the same as `id`.
    var clientID: String
    /// Milliseconds since 1970.
    var date: Int64

    /// - Parameter clientID: As the caller sent it; left out if it is empty, longer than 128 characters, or not ASCII.
    init(id: String, clientID: String?, date: Int64) {
        self.id = id
        self.date = date
        let usable = clientID.flatMap { text in
            (1...128).contains(text.utf8.count) && text.utf8.allSatisfy { (0x20..<0x7F).contains($0) } ? text : nil
        }
        self.clientID = usable ?? id
    }
}
