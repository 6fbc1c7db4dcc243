import HTTPTypes
import NIOCore

/// What is answered to one request.
struct GraphAnswer: Sendable, Equatable {
    var status: HTTPResponse.Status
    var fields: HTTPFields
    var body: ByteBuffer

    private init(_ status: HTTPResponse.Status, contentType: String?, body: ByteBuffer) {
        self.status = status
        self.fields = [.cacheControl: "no-cache"]
        self.fields[.contentType] = contentType
        self.body = body
    }

    static func json(_ object: JSONObject, _ status: HTTPResponse.Status = .ok) -> GraphAnswer {
        GraphAnswer(
            status,
            contentType: "application/json;odata.metadata=minimal;odata.streaming=true;IEEE754Compatible=false;charset=utf-8",
            body: object.bytes
        )
    }

    /// Success with nothing to say: 204.
    static let nothing = GraphAnswer(.noContent, contentType: nil, body: ByteBuffer())

    /// Success with nothing to say, under another status.
    static func nothing(_ status: HTTPResponse.Status) -> GraphAnswer {
        GraphAnswer(status, contentType: nil, body: ByteBuffer())
    }

    static func text(_ text: String) -> GraphAnswer {
        GraphAnswer(.ok, contentType: "text/plain; charset=utf-8", body: ByteBuffer(string: text))
    }

    static func html(_ text: String) -> GraphAnswer {
        GraphAnswer(.ok, contentType: "text/html; charset=utf-8", body: ByteBuffer(string: text))
    }

    static func refusal(_ refusal: GraphRefusal, of request: RequestIdentity) -> GraphAnswer {
        var answer = GraphAnswer(refusal.status, contentType: "application/json", body: refusal.body(for: request).bytes)
        for field in refusal.fields { answer.fields[field.name] = field.value }
        return answer
    }

    /// An answer of the sign-in service.
    static func signIn(_ object: JSONObject, _ status: HTTPResponse.Status) -> GraphAnswer {
        var answer = GraphAnswer(status, contentType: "application/json; charset=utf-8", body: object.bytes)
        answer.fields[.cacheControl] = "no-store, no-cache"
        return answer
    }
}

extension HTTPField.Name {
    static let requestID = HTTPField.Name("request-id")!
    static let clientRequestID = HTTPField.Name("client-request-id")!
    static let diagnostic = HTTPField.Name("x-ms-ags-diagnostic")!
}
