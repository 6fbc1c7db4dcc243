import JSONBytes
import Logging
import NIOCore
import NIOHTTP1

extension GraphError {
    /// The longest wait that is taken from an answer.
    private static let maximumRetryAfter = Duration.seconds(3600)

    /// What an answer of Graph other than success means.
    ///
    /// - Parameters:
    ///   - response: The answer.
    ///   - action: What was asked for, to stand after "to": `create the subscription`.
    ///   - now: The time in milliseconds since 1970.
    init(_ response: GraphResponse, to action: String, now: Int64) {
        let body = ErrorBody(response.body)
        let said = body.message.isEmpty ? "it answered \(response.status)" : body.message
        let (code, message): (Code, String) =
            switch response.status {
            case 400 where body.isAboutValidation:
                (
                    .validationFailed,
                    "Graph could not validate the notification URL (\(said)): make sure that it is reachable from the "
                        + "internet over https and leads to this program."
                )
            case 401:
                (.credentialRefused, "Graph does not accept the access token to \(action): \(said).")
            case 403:
                (
                    .requestRefused,
                    "Graph does not allow the application to \(action): \(said). Check its permissions, the consent and "
                        + "the number of subscriptions."
                )
            case 404, 410: (.notFound, "Graph found nothing to \(action): \(said).")
            case 409: (.alreadyExists, "Graph refused to \(action), because there is one already: \(said).")
            // Outlook says 429 when a mailbox has all the subscriptions it may have, and that does not pass.
            case 429 where body.message.contains("SubscriptionCountReached"):
                (.requestRefused, "Graph refused to \(action): the mailbox has too many subscriptions. Delete some.")
            case 429, 509: (.throttled, "Graph asks to wait before it is asked to \(action) again.")
            case 408, 500...: (.serviceFailed, "Graph failed to \(action): \(said).")
            case 400..<500: (.requestRefused, "Graph refused to \(action): \(said).")
            default: (.requestRefused, "Graph gave an unexpected answer when asked to \(action): \(said).")
            }
        self.init(
            code, message, status: response.status, graphCode: body.code,
            retryAfter: Self.retryAfter(response.headers, now: now)
        )
        self.location = response.headers.first(name: "Location")
        self.requestID = response.headers.first(name: "request-id") ?? body.requestID
    }

    /// An answer that makes no sense. It may have done what it was asked to; nobody can tell.
    static func unreadable(_ response: GraphResponse, to action: String) -> GraphError {
        var error = GraphError(
            .serviceFailed, "Graph's answer could not be read when it was asked to \(action).", status: response.status
        )
        error.requestID = response.headers.first(name: "request-id")
        return error
    }

    /// What a log line says of it.
    var logMetadata: Logger.Metadata {
        var metadata: Logger.Metadata = [.error: "\(self)", .failureClass: "\(self.failureClass.rawValue)"]
        if let status = self.status { metadata[.status] = "\(status)" }
        if let id = self.requestID { metadata[.requestID] = "\(id)" }
        if let id = self.clientRequestID { metadata[.clientRequestID] = "\(id)" }
        return metadata
    }

    /// How long an answer asks to wait: seconds, perhaps with a fraction, or a date.
    static func retryAfter(_ headers: HTTPHeaders, now: Int64) -> Duration? {
        guard let value = headers.first(name: "Retry-After") else { return nil }
        if let seconds = Double(value), seconds >= 0 {
            return min(.seconds(min(seconds, 1_000_000)), Self.maximumRetryAfter)
        }
        guard let moment = GraphTime.milliseconds(httpDate: value) else { return nil }
        return min(.milliseconds(max(0, moment - now)), Self.maximumRetryAfter)
    }
}

/// Graph's `{"error": {"code": …, "message": …}}`; empty where the body is something else.
private struct ErrorBody {
    private(set) var code: String?
    /// Graph's own words, in one line without a full stop; empty if there are none.
    private(set) var message = ""
    /// Graph's id of the request.
    private(set) var requestID: String?

    init(_ body: ByteBuffer) {
        var code: String?
        var message = ""
        var requestID: String?
        body.withUnsafeReadableBytes { bytes in
            var reader = JSONReader(bytes)
            try? reader.readObject { reader, name throws(JSONError) in
                guard name == "error", try reader.peek() == .object else {
                    try reader.skip()
                    return
                }
                try reader.readObject { reader, name throws(JSONError) in
                    switch name {
                    case "code": code = try reader.readStringIfPresent()
                    case "message": message = try reader.readStringIfPresent() ?? ""
                    case "innerError" where try reader.peek() == .object, "innererror" where try reader.peek() == .object:
                        try reader.readObject { reader, name throws(JSONError) in
                            guard name == "request-id" else { return _ = try reader.skip() }
                            requestID = try reader.readStringIfPresent()
                        }
                    default: try reader.skip()
                    }
                }
            }
        }
        self.code = code.map { String($0.prefix(100)) }
        self.requestID = requestID.map { String($0.prefix(100)) }
        var line = message.split(whereSeparator: \.isNewline).joined(separator: " ").prefix(300)
        while let last = line.last, last == "." || last.isWhitespace { line.removeLast() }
        self.message = String(line)
    }

    /// Older workloads say `InvalidRequest` and tell only by their words.
    var isAboutValidation: Bool {
        self.code == "ValidationError" || self.message.hasPrefix("Subscription validation request")
    }
}
