import HTTPTypes
import Hummingbird
import NIOCore

/// Answers of the admin side.
enum AdminAnswer {
    static func json(_ object: JSONObject, _ status: HTTPResponse.Status = .ok) -> Response {
        Self.text(object.bytes, type: "application/json", status)
    }

    static func list(_ name: String, _ objects: [JSONObject]) -> Response {
        var object = JSONObject()
        object.set(name, objects)
        return Self.json(object)
    }

    static var nothing: Response {
        var response = Response(status: .noContent)
        response.headers[.cacheControl] = "no-store"
        return response
    }

    static func refusal(_ refusal: AdminRefusal) -> Response {
        var object = JSONObject()
        object.set("error", refusal.sentence)
        var response = Self.json(object, refusal.status)
        if !refusal.allowed.isEmpty {
            response.headers[.allow] = refusal.allowed.map(\.rawValue).joined(separator: ", ")
        }
        return response
    }

    static func text(_ body: ByteBuffer, type: String, _ status: HTTPResponse.Status = .ok) -> Response {
        Self.secured(Response(status: status, headers: [.contentType: type], body: ResponseBody(byteBuffer: body)))
    }

    static func text(_ text: String, type: String) -> Response { Self.text(ByteBuffer(string: text), type: type) }

    static func events(_ events: DeliveryEvents) -> Response {
        Self.secured(
            Response(status: .ok, headers: [.contentType: "text/event-stream"], body: ResponseBody(asyncSequence: events)))
    }

    /// With the headers that keep browsers from making something else of it.
    private static func secured(_ answer: Response) -> Response {
        var response = answer
        response.headers[.contentSecurityPolicy] = Self.policy
        response.headers[.cacheControl] = "no-store"
        response.headers[.xContentTypeOptions] = "nosniff"
        response.headers[.referrerPolicy] = "no-referrer"
        response.headers[.crossOriginResourcePolicy] = "same-origin"
        return response
    }

    private static let policy =
        "default-src 'none'; script-src 'self'; style-src 'self'; img-src data:; connect-src 'self'; "
        + "base-uri 'none'; form-action 'none'; frame-ancestors 'none'"
}

extension HTTPField.Name {
    // Both are tokens in the sense of RFC 9110, so that there is a name.
    fileprivate static let referrerPolicy = HTTPField.Name("Referrer-Policy")!
    static let lastEventID = HTTPField.Name("Last-Event-ID")!
}
