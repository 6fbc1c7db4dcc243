/// The keys of this module's log metadata.
extension String {
    static let hub = "signalr.hub"
    static let connectionID = "signalr.connection.id"
    static let method = "signalr.method"
    static let reason = "signalr.close.reason"
    static let error = "error"
}
