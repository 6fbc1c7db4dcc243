/// A hub protocol: how messages are written as bytes.
public enum HubProtocolKind: String, Sendable, Hashable, CaseIterable {
    /// The protocol named `json`: one JSON object a message, ended by the record separator U+001E.
    case json
    /// The protocol named `messagepack`: one MessagePack array a message, its length in front of it.
    case messagepack

    /// Whether its bytes are no text: a WebSocket carries them in Binary frames, Server-Sent Events cannot.
    public var isBinary: Bool { self == .messagepack }

    /// Finds a protocol by the name of a handshake request; upper and lower case do not matter.
    public init?(name: String) {
        self.init(rawValue: name.lowercased())
    }
}
