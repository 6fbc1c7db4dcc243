/// How a connection gets what is sent to many.
enum HubLane: CaseIterable {
    /// In frames of JSON, together with what comes with them.
    case json
    /// In frames of MessagePack, together with what comes with them.
    case messagePack
    /// Each message by itself, in the connection's own protocol.
    case single
}
