/*
 * identity.js: has the page views of members who are logged in carry what the site has signed.
 *
 * It stands beside mtc.js, in any order, in a tag that is the same for everybody:
 * <script async src="…/mtc/identity.js" data-identity>. mtc.js holds the first page view back, for a
 * second at most, until `complete` is set on that tag. The token is kept in memory alone, so that
 * it is gone with the page: whoever uses the browser next must not appear as somebody else.
 */
(function (window, document) {
  var MauticJS = (window.MauticJS = window.MauticJS || {});
  var PATIENCE = 5000; // ms; later answers are of no use
  var base = /^[^?#]*\//.exec(document.currentScript.src)[0];
  var token;
  var until = 0;
  var asking;

  // Loaded again, by Turbo or htmx: somebody may have logged in or out.
  if (MauticJS.askForIdentity) return MauticJS.askForIdentity();

  // Wherever the tracker is, its first page view goes out now.
  function done() {
    asking = 0;
    [].forEach.call(document.querySelectorAll('script[data-identity]'), function (tag) {
      tag.complete = true;
    });
  }

  function ask() {
    if (asking) return;
    token = 0;
    try {
      if (localStorage.mtc_optout) return done();
    } catch (error) {
      // no localStorage, no opting out
    }
    asking = 1;
    var request = new XMLHttpRequest();
    request.open('GET', base + 'identity');
    request.timeout = PATIENCE;
    request.onloadend = function () {
      try {
        var answer = JSON.parse(request.responseText);
        token = answer.identity;
        until = Date.now() + answer.seconds * 1000;
      } catch (error) {
        // None, then: the page view goes without.
      }
      attach(25);
    };
    request.send();
  }

  // What mtc.js sends of a page view goes through here. A copy gets the token: the original may be
  // kept for later, and a token must not.
  function attach(pause) {
    var original = MauticJS.appendTrackedContact;
    if (!MauticJS.run)
      return setTimeout(function () {
        attach(pause * 2);
      }, pause);
    if (!original._signs) {
      MauticJS.appendTrackedContact = function (data) {
        data = original.call(MauticJS, data);
        // Without a device the visitor does not want to be known.
        if (!data.mtc_event_id || !data.mautic_device_id || !token) return data;
        // Then this page view goes without, and the next one with a new token.
        if (Date.now() > until) return ask() || data;
        var copy = { mtc_identity: token };
        for (var name in data) copy[name] = data[name];
        return copy;
      };
      MauticJS.appendTrackedContact._signs = true;
    }
    done();
  }

  // Back on a page that the browser had kept whole: somebody may have logged out since.
  addEventListener('pageshow', function (event) {
    if (event.persisted) ask();
  });

  MauticJS.askForIdentity = ask;
  ask();
})(window, document);
