/// The texts that a client sees when a call fails; ASP.NET Core's, because developers search for them.
public enum HubErrorText {
    /// The method threw.
    public static func invocationFailed(_ target: String, detail: String?) -> String {
        Self.join("An unexpected error occurred invoking '\(target)' on the server.", detail)
    }

    /// The method does not exist, or the arguments do not fit.
    public static func bindingFailed(_ target: String, detail: String?) -> String {
        Self.join("Failed to invoke '\(target)' due to an error on the server.", detail)
    }

    /// No method has this name.
    public static func unknownMethod(_ target: String) -> String {
        Self.bindingFailed(target, detail: "HubException: Method does not exist.")
    }

    /// A plain method was called as a stream.
    public static func notStreaming(_ target: String) -> String {
        "The client attempted to invoke the non-streaming '\(target)' method with a streaming invocation."
    }

    /// A streaming method was called without asking for a stream.
    public static func onlyStreaming(_ target: String) -> String {
        "The client attempted to invoke the streaming '\(target)' method with a non-streaming invocation."
    }

    /// The caller may not.
    public static func unauthorized(_ target: String) -> String {
        "Failed to invoke '\(target)' because user is unauthorized"
    }

    /// A stream failed that had begun.
    public static func streamFailed(detail: String?) -> String {
        Self.join("An error occurred on the server while streaming results.", detail)
    }

    /// Another call or stream of this id has not ended.
    public static func inUse(_ invocationID: String) -> String { "Invocation ID '\(invocationID)' is already in use." }

    /// The call announces another number of streams than the method takes.
    public static func unexpectedStreams(_ target: String, count: Int, expected: Int = 0) -> String {
        Self.invocationFailed(target, detail: "HubException: Client sent \(count) stream(s), Hub method expects \(expected).")
    }

    private static func join(_ base: String, _ detail: String?) -> String {
        detail.map { "\(base) \($0)" } ?? base
    }
}
