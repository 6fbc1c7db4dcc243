/// What a hub has told a client, apart from answers to its calls.
public enum TestHubMessage: Sendable, Hashable {
    /// A method of the client was called, with these arguments; no answer is wanted.
    case invocation(String, [TestValue])
    /// The hub ends the connection.
    case close(error: String?, allowReconnect: Bool)
}
